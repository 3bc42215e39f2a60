"""`stillwatch explain`: which rule would decide, at which level, and why. Nothing is proposed and nothing runs."""

from __future__ import annotations

import argparse
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, get_args

from stillwatch.cli.global_options import door
from stillwatch.cli.parser import Command, Group, json_option

if TYPE_CHECKING:
    from stillwatch.views.explain import ExplainView

EXIT_CODES = {"allow": 0, "ask": 3, "refuse": 4}


def explain_action(*, name: str, target: str, given: Sequence[str], as_json: bool) -> int:
    """Explain what would become of an action: the rule and the verdict at every level.

    exit code: 0 allow, 3 ask, 4 refuse

    examples:
      stillwatch explain action restart_unit nginx
      stillwatch explain action terminate_process 4711 --argument port=8080 --argument unit=shop.service
    """
    import asyncio

    from stillwatch.admin.explain import explain_action
    from stillwatch.cli.commands.autonomy import read_standing
    from stillwatch.views.explain import ExplainView

    app = door.app()
    level = read_standing(app).level
    view = asyncio.run(explain_action(app.paths, level, name, whole_target(name, target), read_arguments(given)))
    return _tell(ExplainView.of(view), as_json=as_json)


def whole_target(action: str, target: str) -> str:
    """A unit may be named without its suffix, as for systemctl: nginx is nginx.service."""
    from stillwatch.admin.actions import actions

    example = next((one.example for one in actions() if one.name == action), "")
    suffix = example.rpartition(".")[2]
    return f"{target}.{suffix}" if suffix in ("service", "timer") and "." not in target else target


def explain_command(*, words: Sequence[str], as_json: bool) -> int:
    """Explain whether a command line is a read-only diagnostic that may be run to look.

    The words alone are judged; a program or unit that this host lacks is named beside the verdict.

    exit code: 0 allow, 4 refuse

    examples:
      stillwatch explain command -- 'df -h'
      stillwatch explain command --json -- 'journalctl -u nginx --since -1h'
    """
    from stillwatch.config import Autonomy
    from stillwatch.grammar.command import judge, judge_words
    from stillwatch.views.explain import ExplainView

    judged = judge(words[0]) if len(words) == 1 else judge_words(words)
    view = ExplainView(
        verdict=judged.verdict,
        rule=judged.rule,
        reason=judged.reason,
        risk="low" if judged.verdict == "allow" else "high",
        argv=list(judged.argv) or None,
        missing=list(judged.missing),
        by_autonomy=dict.fromkeys(get_args(Autonomy), judged.verdict),
    )
    return _tell(view, as_json=as_json)


def read_arguments(given: Sequence[str]) -> dict[str, str | int | bool]:
    """["port=8080", "once=true"] → {"port": 8080, "once": True}. Raises WrongUsage for what has no name or no sign."""
    from stillwatch.errors import WrongUsage

    found: dict[str, str | int | bool] = {}
    for word in given:
        name, equals, value = word.partition("=")
        if not name or not equals or name in found:
            raise WrongUsage(f"--argument {word[:80]!r} is not one NAME=VALUE for each name")
        found[name] = _value(value)
    return found


def _value(text: str) -> str | int | bool:
    if text in ("true", "false"):
        return text == "true"
    return int(text) if re.fullmatch(r"-?(0|[1-9][0-9]{0,14})", text, re.ASCII) else text


def _tell(view: ExplainView, *, as_json: bool) -> int:
    from stillwatch.cli.show.gate import verdict_lines
    from stillwatch.cli.terminal import put, put_json

    if as_json:
        put_json(view)
    else:
        put(verdict_lines(view))
    return EXIT_CODES[view.verdict]


def _action(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("name", metavar="NAME", help="an action, as 'stillwatch actions' lists them")
    parser.add_argument("target", metavar="TARGET", help="a unit, or the name of what the policy declares")
    parser.add_argument(
        "--argument", action="append", default=[], dest="given", metavar="NAME=VALUE", help="an argument of the action"
    )
    json_option(parser)


def _command(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("words", nargs="+", metavar="COMMAND", help="one quoted command line, or its words")
    json_option(parser)


command = Group(
    help="""\
    No process of Stillwatch needs to run for it.

    examples:
      stillwatch explain action restart_unit nginx.service
      stillwatch explain command -- 'df -h'
    """,
    members={
        "action": Command(run=explain_action, arguments=_action),
        "command": Command(run=explain_command, arguments=_command),
    },
    default=None,
)
