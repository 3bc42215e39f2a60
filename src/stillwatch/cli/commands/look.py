"""`stillwatch look`: any look tool, for a person."""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from typing import Any

from stillwatch.cli.global_options import door
from stillwatch.cli.parser import Command, json_option


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("tool", nargs="?", metavar="NAME", help="a look, as 'stillwatch tools' lists them")
    parser.add_argument("words", nargs="*", metavar="ARGUMENT", help="its arguments in their order, or NAME=VALUE")
    json_option(parser)


def look(*, tool: str | None, words: list[str], as_json: bool) -> int:
    """Look at one thing of this host. Nothing is changed, and no model is asked.

    exit code: 0 seen, 2 no such look or a wrong argument, 5 it could not be seen

    examples:
      stillwatch look memory
      stillwatch look disk_use /var
      stillwatch look journal_search unit=cron.service hours=24 --json
    """
    import asyncio

    from stillwatch.cli.commands.tools import list_tools
    from stillwatch.cli.terminal import line, put, put_json
    from stillwatch.errors import NotReachable, WrongUsage
    from stillwatch.records.iso import iso
    from stillwatch.untrusted.for_terminal import paragraphs
    from stillwatch.views.command import LookView

    if tool is None:
        return list_tools(as_json=as_json)
    looks = door.app().host_looks()
    known = looks.catalogue()
    name = tool.replace("-", "_")
    if name not in known:
        raise WrongUsage(f"no look {tool[:60]!r}{_near(name, known)}", next_step="'stillwatch look' lists them")
    seen = asyncio.run(looks.look(name, given(known[name]["arguments"], words)))
    if seen.problem.startswith("wrong argument"):
        raise WrongUsage(seen.problem)
    if as_json:
        put_json(
            LookView(
                tool=seen.tool,
                arguments=dict(seen.arguments),
                at=iso(seen.at),
                problem=seen.problem,
                text=seen.text,
                data=dict(seen.data),
            )
        )
    elif seen.problem:
        raise NotReachable(seen.problem)
    else:
        put(line(row) for row in paragraphs(seen.text))
    return 5 if seen.problem else 0


def given(schema: Mapping[str, Any], words: Sequence[str]) -> dict[str, object]:
    """The arguments as the look wants them. Raises WrongUsage for one too many."""
    from stillwatch.errors import WrongUsage

    fields: Mapping[str, Any] = schema.get("properties", {})
    free, found = list(fields), dict[str, object]()
    for word in words:
        name, equals, value = word.partition("=")
        if not (equals and name in fields):
            name, value = next((one for one in free if one not in found), ""), word
        if not name:
            raise WrongUsage(f"it takes {', '.join(fields) or 'no argument'}, so {word[:60]!r} is one too many")
        found[name] = _typed(fields[name].get("type"), value)
    return found


def _typed(kind: object, value: str) -> object:
    try:
        return int(value) if kind == "integer" else float(value) if kind == "number" else value
    except ValueError:
        return value


def _near(name: str, known: Mapping[str, Any]) -> str:
    import difflib

    near = difflib.get_close_matches(name, list(known), n=1)
    return f", did you mean {near[0]}?" if near else ""


command = Command(run=look, arguments=arguments)
