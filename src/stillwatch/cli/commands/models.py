"""`stillwatch models`: GGUF files, with their check-sums, and the engine that runs them."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from stillwatch.cli.commands.engine import engine, engine_arguments
from stillwatch.cli.global_options import door
from stillwatch.cli.parser import Command, Group, json_option

if TYPE_CHECKING:
    from pathlib import Path

    from stillwatch.app import App
    from stillwatch.cli.terminal import Line


def list_models(*, as_json: bool) -> int:
    """List the catalogue, what is here, and which model each tier gets.

    example:
      stillwatch models list --json
    """
    from stillwatch.cli.show.models import model_lines, models_view
    from stillwatch.cli.terminal import put, put_json
    from stillwatch.llm.models import assign, models

    app = door.app()
    known, assigned = models(app.paths.model_folders), assign(app.config.llm, app.paths.model_folders)
    if as_json:
        put_json(models_view(known, assigned, app.paths.models))
    else:
        put(model_lines(known, assigned, app.paths.models))
    return 0


def pull_model(*, name: str, as_json: bool) -> int:
    """Fetch a model; a broken transfer goes on where it stopped, and the check-sum decides.

    example:
      stillwatch models pull smollm2-135m
    """
    import asyncio

    from stillwatch.cli.show.models import byte_bar
    from stillwatch.llm.pull import pull

    app = door.app()
    with byte_bar(f"fetching {name}", wanted=not as_json) as progress:
        path = asyncio.run(pull(name, app.paths.models, progress))
    return _tell_here(app, name, path, as_json=as_json)


def import_model(*, file: str, as_json: bool) -> int:
    """Copy a GGUF file of this machine to the other models.

    example:
      stillwatch models import ~/Downloads/mine.gguf
    """
    from pathlib import Path

    from stillwatch.cli.show.models import byte_bar
    from stillwatch.llm.models import import_file

    app = door.app()
    with byte_bar("copying", wanted=not as_json) as progress:
        path = import_file(Path(file), app.paths.models, progress)
    return _tell_here(app, path.stem, path, as_json=as_json)


def _tell_here(app: App, name: str, path: Path, *, as_json: bool) -> int:
    from stillwatch.cli.terminal import line, put, put_json
    from stillwatch.views.models import ModelHereView

    if as_json:
        put_json(ModelHereView(name=name, path=str(path), size=path.stat().st_size))
    else:
        put([line(f"{name} is here: {path}"), *_what_next(app)])
    return 0


def verify_models(*, as_json: bool) -> int:
    """Check every model file here against its check-sum; exit code 1 if one differs.

    example:
      stillwatch models verify
    """
    from stillwatch.cli.show.models import byte_bar, verdict_lines
    from stillwatch.cli.terminal import put, put_json
    from stillwatch.llm.models import models, verify
    from stillwatch.views.models import ModelSumsView

    verdicts: dict[str, str] = {}
    for model in models(door.app().paths.model_folders):
        if model.path is not None:
            with byte_bar(f"checking {model.name}", wanted=not as_json) as progress:
                verdicts[model.name] = verify(model.path, progress)
    if as_json:
        put_json(ModelSumsView(ok="broken" not in verdicts.values(), models=verdicts))
    else:
        put(verdict_lines(verdicts))
    return 1 if "broken" in verdicts.values() else 0


def _what_next(app: App) -> list[Line]:
    """A daemon that runs as a service chose its models when it started."""
    from stillwatch.cli.terminal import line

    return [line(("next: systemctl restart stillwatch", "dim"))] if app.paths.as_service else []


def _name(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("name", metavar="NAME", help="a name from the list")
    json_option(parser)


def _file(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", metavar="FILE", help="a GGUF file")
    json_option(parser)


command = Group(
    help="""\
    Without a subcommand it lists them.

    examples:
      stillwatch models
      stillwatch models pull smollm2-135m
      stillwatch models import ~/Downloads/mine.gguf
      stillwatch models engine
    """,
    members={
        "list": Command(run=list_models, arguments=json_option),
        "pull": Command(run=pull_model, arguments=_name, of_service=True),
        "import": Command(run=import_model, arguments=_file, of_service=True),
        "verify": Command(run=verify_models, arguments=json_option),
        "engine": Command(run=engine, arguments=engine_arguments, of_service=True),
    },
)
