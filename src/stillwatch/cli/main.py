"""From a command line to an exit code. Only the file of the one command that is meant gets imported."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Sequence

from stillwatch.cli.families import FAMILIES, overview
from stillwatch.cli.global_options import door, take_global_options
from stillwatch.cli.terminal import tell, write
from stillwatch.errors import StillwatchError, WrongUsage, unusable
from stillwatch.untrusted.for_terminal import harmless, one_line

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
    except OSError as error:
        return _complain(str(unusable(error.filename or "a file", error)), BROKEN, debug)
    except Exception as error:
        hint = "" if debug else " – --debug shows where"
        return _complain(f"unexpected {type(error).__name__}: {error}{hint}", BROKEN, debug)


def _dispatch(arguments: Sequence[str]) -> int:
    options, words = take_global_options(arguments)
    if not words or words[0] in {"--help", "-h", "help"}:
        if len(words) < 2 or words[0] != "help":
            write(harmless(overview() + "\n"))
            return 0
        words = [words[1], "--help"]
    if words[0] in {"--version", "-V"}:
        return _version()
    name = words[0]
    if name not in FAMILIES:
        raise WrongUsage(_unknown(name, FAMILIES), next_step="'stillwatch --help' lists the commands")
    door.options = options
    return _invoke(name, words[1:])


def _invoke(name: str, words: list[str]) -> int:
    import importlib

    from stillwatch.cli.parser import perform

    family = FAMILIES[name]
    command = importlib.import_module(f"stillwatch.cli.commands.{family.module}").command
    return perform(name, family.summary, command, words)


def _unknown(word: str, known: Iterable[str]) -> str:
    import difflib

    near = difflib.get_close_matches(word, list(known), n=1)
    return f"no command {word!r}" + (f", did you mean {near[0]!r}?" if near else "")


def _version() -> int:
    from importlib.metadata import version

    write(harmless(f"stillwatch {version('stillwatch')}\n"))
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
    tell(one_line(f"stillwatch: {message}"))
    return code
