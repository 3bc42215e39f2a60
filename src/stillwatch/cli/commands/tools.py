"""`stillwatch tools`: what a model may look at."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from stillwatch.cli.global_options import door
from stillwatch.cli.parser import Command, Group, json_option


def list_tools(*, as_json: bool) -> int:
    """List the look tools with their arguments.

    example:
      stillwatch tools list --json
    """
    from stillwatch.cli.terminal import line, put, put_json
    from stillwatch.untrusted.for_terminal import one_line
    from stillwatch.views.command import ToolView

    catalogue = door.app().service().tools()
    if as_json:
        put_json([ToolView(name=name, **facts) for name, facts in catalogue.items()])
        return 0
    for name, facts in catalogue.items():
        put([line((name, "bold"), (f"  {', '.join(_arguments(facts['arguments']))}", "cyan"), hang=4)])
        put([line(one_line(str(facts["description"]), 600), indent=4)])
    return 0


def _arguments(schema: Mapping[str, Any]) -> list[str]:
    """Argument names, the optional ones in brackets."""
    needed = set(schema.get("required", ()))
    return [name if name in needed else f"[{name}]" for name in schema.get("properties", {})]


command = Group(
    help="""\
    Without a subcommand it lists them. None of them changes anything.

    example:
      stillwatch tools
    """,
    members={"list": Command(run=list_tools, arguments=json_option)},
)
