"""`stillwatch undo`: take a change back that the gate made."""

from __future__ import annotations

import argparse

from stillwatch.cli.commands.approvals import carry_out, need_terminal, whole_id
from stillwatch.cli.global_options import door
from stillwatch.cli.parser import Command, json_option


def undo(*, change: str | None, code: str | None, yes: bool, as_json: bool) -> int:
    """Take back the change of that ID, or the last one that can be taken back.

    It is shown first, and on a terminal you are asked; a no drops it. Without a terminal give --yes. Nothing is taken
    back where the host is no longer as the change left it. What was taken back is not done again by itself until
    'stillwatch resume NAME'.

    exit code: 0 taken back or about to be, 1 it failed or was dropped, 4 the gate refused, 5 no gate

    examples:
      stillwatch undo
      stillwatch undo A-17
    """
    from stillwatch.gate.client import GateRefused, ask
    from stillwatch.views.gate import PROPOSE, REJECT, SHOW, TurnedDown

    meant = yes or code is not None
    paths = door.app().paths
    target = whole_id(change) if change is not None else _last()
    need_terminal(meant, f"undo {target}")
    waiting = ask(paths, PROPOSE, action="undo", target=target, because="an administrator wants it back")
    if isinstance(waiting, TurnedDown):
        raise GateRefused(waiting.decision.reason)
    try:
        done = carry_out(proposal_id=waiting.id, code=code, digest=waiting.hash, meant=meant, as_json=as_json)
    except GateRefused as refused:
        how = f"it waits as {waiting.id}: root or another administrator approves it, or give --code"
        raise GateRefused(str(refused), next_step=how) from refused
    if ask(paths, SHOW, id=waiting.id).state == "waiting":
        ask(paths, REJECT, id=waiting.id)
    return done


def _last() -> str:
    """The last change that can be taken back. Raises GateRefused with what speaks against the last of all."""
    from stillwatch.chat.chat_commands import MOST_LOOKED_BACK, newest_changes
    from stillwatch.gate.client import GateRefused, ask
    from stillwatch.views.gate import EXPLAIN, LIST

    paths = door.app().paths
    against: list[str] = []
    for change in newest_changes(ask(paths, LIST, state="all").proposals)[:MOST_LOOKED_BACK]:
        answer = ask(paths, EXPLAIN, action="undo", target=change.id)
        if answer.verdict != "refuse":
            return change.id
        against.append(f"{change.id} cannot be taken back: {answer.reason}")
    raise GateRefused(against[0] if against else "no change was made that could be taken back")


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("change", nargs="?", metavar="ID", help="a change as 'approvals list --all' shows it: A-17")
    parser.add_argument("--code", metavar="CODE", help="a one-time code of the enrolled generator")
    parser.add_argument("--yes", "-y", action="store_true", help="do not ask on the terminal")
    json_option(parser)


command = Command(run=undo, arguments=_arguments)
