"""`stillwatch models`: GGUF files, with their check-sums."""

from __future__ import annotations

from typing import Annotated

import typer

from stillwatch.cli.flags import AsJson

command = typer.Typer(
    help="""\
    The name alone lists them.

    \b
    Examples:
      stillwatch models
      stillwatch models pull qwen3-1.7b
      stillwatch models import ~/Downloads/mine.gguf
    """
)


@command.command("list")
def list_models(as_json: AsJson = False) -> int:
    """List the catalogue, what is here, and what this machine's memory allows.

    \b
    Example:
      stillwatch models list --json
    """
    raise NotImplementedError


@command.command("pull")
def pull_model(name: Annotated[str, typer.Argument(metavar="NAME", help="A name from the list.")]) -> int:
    """Fetch a model; a broken transfer goes on where it stopped, and the check-sum decides.

    \b
    Example:
      stillwatch models pull smollm2-135m
    """
    raise NotImplementedError


@command.command("import")
def import_model(file: Annotated[str, typer.Argument(metavar="FILE", help="A GGUF file.")]) -> int:
    """Take over a GGUF file that is already on this machine.

    \b
    Example:
      stillwatch models import ~/Downloads/mine.gguf
    """
    raise NotImplementedError


@command.command("verify")
def verify_models(as_json: AsJson = False) -> int:
    """Check every model file against its check-sum; exit code 1 if one differs.

    \b
    Example:
      stillwatch models verify
    """
    raise NotImplementedError
