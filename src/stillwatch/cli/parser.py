"""A command as data, and the standard library's parser for it: a --help that needs 30 ms instead of typer's 240."""

from __future__ import annotations

import argparse
import inspect
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NoReturn

from stillwatch.cli.families import EVERYWHERE
from stillwatch.cli.global_options import door
from stillwatch.cli.terminal import write
from stillwatch.errors import NotReachable, WrongUsage
from stillwatch.untrusted.for_terminal import harmless

DEFAULT_MEMBER = "list"


def no_arguments(_: argparse.ArgumentParser) -> None:
    """For a command that takes none but the common ones."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Command:
    """run: does it and returns the exit code; its docstring is the help, with an example, and `arguments` its words.

    Every argument's `dest` is a keyword of `run`. of_service: it reads or changes what an installed service remembers,
    so a person who may not is told, and never answered from a store of their own.
    """

    run: Callable[..., int]
    arguments: Callable[[argparse.ArgumentParser], None] = no_arguments
    of_service: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Group:
    """Commands below one name. help: with an example; default: what the name alone means, None for this help."""

    help: str
    members: Mapping[str, Command]
    default: str | None = DEFAULT_MEMBER


class Parser(argparse.ArgumentParser):
    """Complains by raising WrongUsage; the caller makes it one line."""

    def error(self, message: str) -> NoReturn:
        words = message.removeprefix("argument ").removeprefix("the following arguments are required: ")
        missing = "missing " if "are required" in message else ""
        raise WrongUsage(f"{missing}{words}", next_step=f"'{self.prog} --help' says more")


def perform(name: str, summary: str, command: Command | Group, words: Sequence[str]) -> int:
    """Parse the words after the command's name and do what they say. Raises WrongUsage; --help ends with 0."""
    if isinstance(command, Group):
        member, rest = _member(name, command, words)
        if member is None:
            write(harmless(_group_help(name, summary, command) + "\n"))
            return 0
        command, prog, text = command.members[member], f"stillwatch {name} {member}", ""
    else:
        prog, rest, text = f"stillwatch {name}", list(words), f"{summary}\n\n"
    parser = make_parser(prog, text + inspect.cleandoc(command.run.__doc__ or ""), command)
    try:
        chosen = vars(parser.parse_args(rest))
    except SystemExit:
        return 0
    if command.of_service:
        refuse_closed_service(f"{prog} {' '.join(rest)}".strip())
    return command.run(**chosen)


def refuse_closed_service(typed: str) -> None:
    """Raises NotReachable where the service's state is closed to whoever asks. typed: the command as it was given."""
    if door.app(ignore_config=True).paths.closed_service:
        raise NotReachable(
            "Stillwatch runs here as a service, and you may not read its state",
            next_step=f"sudo {typed}   (or --state-dir DIR, for a trial of your own)",
        )


def make_parser(prog: str, text: str, command: Command) -> Parser:
    """The parser of one command, whose help ends with the options that every command takes."""
    parser = Parser(
        prog=prog,
        description=text,
        epilog=f"everywhere:\n{EVERYWHERE}",
        formatter_class=_format,
        allow_abbrev=False,
    )
    command.arguments(parser)
    return parser


def json_option(parser: argparse.ArgumentParser) -> None:
    """The one option that nearly every command has."""
    parser.add_argument("--json", action="store_true", dest="as_json", help="print JSON")


def journal_option(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--journal", metavar="DIR", help="read the journal files in DIR instead of this host")


def rules_option(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--rules", metavar="DIR", help="try the rules in DIR, not those in /etc/stillwatch/rules.d")


def no_model_option(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--no-model", action="store_true", help="rules alone: quick, and asks no model")


def deadline_option(parser: argparse.ArgumentParser, seconds: float) -> None:
    parser.add_argument(
        "--deadline", type=float, default=seconds, metavar="SECONDS", help=f"time limit in seconds ({seconds:g})"
    )


def _format(prog: str) -> argparse.HelpFormatter:
    return argparse.RawDescriptionHelpFormatter(prog, max_help_position=26, width=100)


def _member(name: str, group: Group, words: Sequence[str]) -> tuple[str | None, list[str]]:
    """Which member is meant, and its words: an option may stand before it too; None means the group's help."""
    at = next((index for index, word in enumerate(words) if word in group.members), None)
    if at is not None:
        return words[at], [*words[:at], *words[at + 1 :]]
    if {"--help", "-h"} & set(words):
        return None, []
    if words and not words[0].startswith("-"):
        known = ", ".join(group.members)
        raise WrongUsage(f"no command '{name} {words[0][:60]}'", next_step=f"there are: {known}")
    return group.default, list(words)


def _group_help(name: str, summary: str, group: Group) -> str:
    width = max(map(len, group.members)) + 2
    rows = [f"  {member:<{width}}{_first_sentence(command.run)}" for member, command in group.members.items()]
    lines = [f"usage: stillwatch {name} [{'|'.join(group.members)}] [options]", "", summary, ""]
    lines += [inspect.cleandoc(group.help), "", "commands:", *rows, "", "everywhere:", EVERYWHERE]
    return "\n".join(lines)


def _first_sentence(run: Callable[..., Any]) -> str:
    paragraph = " ".join(inspect.cleandoc(run.__doc__ or "").partition("\n\n")[0].split())
    return re.split(r"(?<=[.!?]) ", paragraph)[0]
