"""From a command line to an exit code. Only the file of the one command that is meant gets imported."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from stillwatch.cli.commands import EVERYWHERE, FAMILIES, overview
from stillwatch.cli.everywhere import door, take_everywhere
from stillwatch.errors import StillwatchError, WrongUsage

if TYPE_CHECKING:
    import typer

INTERRUPTED = 130
PIPE_CLOSED = 141
BROKEN = 5
"""An error that nobody foresaw: nothing could be established, which is not the 1 of "trouble found"."""


def run(arguments: Sequence[str]) -> int:
    """Do what the command line says; returns the exit code. Every error is one line on stderr."""
    _forgive_encodings()
    debug = "--debug" in arguments
    try:
        code = _dispatch(arguments)
        sys.stdout.flush()
        return code
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        _leave_the_pipe()
        return PIPE_CLOSED
    except StillwatchError as error:
        return _complain(str(error), error.exit_code, debug)
    except Exception as error:
        hint = "" if debug else " – --debug shows where"
        return _complain(f"unexpected {type(error).__name__}: {error}{hint}", BROKEN, debug)


def _dispatch(arguments: Sequence[str]) -> int:
    everywhere, words = take_everywhere(arguments)
    if not words or words[0] in {"--help", "-h", "help"}:
        if len(words) < 2 or words[0] != "help":
            sys.stdout.write(overview() + "\n")
            return 0
        words = [words[1], "--help"]
    if words[0] in {"--version", "-V"}:
        return _version()
    name = words[0]
    if name not in FAMILIES:
        raise WrongUsage(_unknown(name, FAMILIES), next_step="'stillwatch --help' lists the commands")
    door.everywhere = everywhere
    return _invoke(name, words[1:])


def _invoke(name: str, words: list[str]) -> int:
    import importlib

    import typer
    from typer.main import get_command

    family = FAMILIES[name]
    command = importlib.import_module(f"stillwatch.cli.{family.module}").command
    root = typer.Typer(
        add_completion=False,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110},
    )
    root.callback()(_nothing)
    _hang(root, name, family.summary, command)
    if isinstance(command, typer.Typer):
        words = _or_list(command, words)
    try:
        code = get_command(root).main([name, *words], prog_name="stillwatch", standalone_mode=False)
    except (typer.TyperException, typer.Abort) as error:
        raise _as_ours(error, name) from error
    return code if isinstance(code, int) else 0


def _hang(root: typer.Typer, name: str, summary: str, command: Any) -> None:
    """Hang one family into the root, its summary first and the common options last in its help."""
    import typer

    everywhere = "\b\nEverywhere:\n" + EVERYWHERE
    if isinstance(command, typer.Typer):
        for member in command.registered_commands:
            member.epilog = everywhere
        root.add_typer(command, name=name, help=_text(summary, command.info.help), epilog=everywhere)
    else:
        root.command(name, help=_text(summary, command.__doc__), epilog=everywhere)(command)


def _text(summary: str, more: object) -> str:
    import inspect

    return f"{summary}\n\n{inspect.cleandoc(more)}" if isinstance(more, str) else summary


def _nothing() -> None:
    """The root command itself does nothing."""


def _or_list(group: typer.Typer, words: list[str]) -> list[str]:
    """A group's name alone means `list`; an option may stand before the subcommand too."""
    names = {member.name for member in group.registered_commands}
    at = next((index for index, word in enumerate(words) if word in names), None)
    if at is not None:
        return [words[at], *words[:at], *words[at + 1 :]]
    if {"--help", "-h"} & set(words) or (words and not words[0].startswith("-")):
        return words
    return ["list", *words]


def _as_ours(error: Exception, name: str) -> StillwatchError:
    """The parser's own complaint as one line that names the way to the help."""
    import typer

    if isinstance(error, typer.TyperException):
        message = " ".join(error.format_message().split()).rstrip(".")
        return WrongUsage(message, next_step=f"'stillwatch {name} --help' says more")
    return StillwatchError("stopped")


def _unknown(word: str, known: Sequence[str] | dict[str, Any]) -> str:
    import difflib

    near = difflib.get_close_matches(word, known, n=1)
    return f"no command {word!r}" + (f", did you mean {near[0]!r}?" if near else "")


def _version() -> int:
    from importlib.metadata import version

    sys.stdout.write(f"stillwatch {version('stillwatch')}\n")
    return 0


def _forgive_encodings() -> None:
    """A terminal that cannot show a character gets a question mark, not a traceback."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure: Callable[..., None] | None = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="replace")


def _leave_the_pipe() -> None:
    """Whoever read us has gone (`| head`): keep the interpreter from complaining when it flushes at the end."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    os.close(nowhere)


def _complain(message: str, code: int, debug: bool) -> int:
    if debug:
        import traceback

        traceback.print_exc()
    from stillwatch.cli.text import one_line

    sys.stderr.write(f"stillwatch: {one_line(message)}\n")
    return code
