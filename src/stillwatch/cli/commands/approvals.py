"""`stillwatch approvals`: what waits for a person."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any, Final

from stillwatch.cli.global_options import door
from stillwatch.cli.parser import Command, Group, json_option

if TYPE_CHECKING:
    from stillwatch.views.gate import KeptProposal

NOTHING_WAITS: Final = "nothing waits for you"


def list_approvals(*, every: bool, as_json: bool) -> int:
    """List what waits; with --all, what was decided too.

    example:
      stillwatch approvals --json
    """
    from stillwatch.cli.show.proposal import proposal_row
    from stillwatch.cli.terminal import line, put, put_json
    from stillwatch.gate.client import ask
    from stillwatch.views.gate import LIST

    app = door.app()
    waiting = ask(app.paths, LIST, state="all" if every else "waiting").proposals
    if as_json:
        put_json(waiting)
    elif waiting:
        put(proposal_row(proposal, now=app.clock.now()) for proposal in waiting)
    else:
        put([line(NOTHING_WAITS)])
    return 0


def show_approval(*, proposal_id: str, as_json: bool) -> int:
    """Show exactly what would be done, what else it affects, and what is measured afterwards.

    example:
      stillwatch approvals show A-17
    """
    _tell(_read(proposal_id), as_json=as_json)
    return 0


def approve(*, proposal_id: str, code: str | None, digest: str | None, yes: bool, as_json: bool) -> int:
    """Show it, approve exactly what was shown, and have it carried out.

    On a terminal you are asked first; without one, --yes, --code or --hash says that it is meant. The approval holds
    once, and only while the state is as it was shown.

    exit code: 0 carried out or about to be, 1 it failed or did not help, 4 the gate refused, 5 no gate

    examples:
      stillwatch approvals approve A-17
      stillwatch approvals approve A-17 --code 482913
    """
    meant = yes or code is not None or digest is not None
    return carry_out(proposal_id=proposal_id, code=code, digest=digest, meant=meant, as_json=as_json)


def carry_out(*, proposal_id: str, code: str | None, digest: str | None, meant: bool, as_json: bool) -> int:
    """Show it, ask unless it is `meant`, approve it; returns the exit code."""
    from stillwatch.cli.show.proposal import proposal_page
    from stillwatch.cli.terminal import put
    from stillwatch.gate.client import ask
    from stillwatch.views.gate import APPROVE

    app, proposal = door.app(), _read(proposal_id)
    if not as_json:
        put(proposal_page(proposal))
    need_terminal(meant, f"approvals approve {proposal.id}")
    if not (meant or _agreed()):
        return 1
    by_code: dict[str, Any] = {} if code is None else {"code": code}
    # What is meant unseen is meant by its number: the gate refuses one that another has replaced.
    number = whole_id(proposal_id) if meant else proposal.id
    done = ask(app.paths, APPROVE, id=number, hash=digest or proposal.hash, **by_code)
    _tell_result(done, as_json=as_json)
    return 1 if _went_wrong(done) else 0


def reject(*, proposal_id: str, as_json: bool) -> int:
    """Reject it: it is not done, and no longer waits.

    example:
      stillwatch approvals reject A-17
    """
    from stillwatch.gate.client import ask
    from stillwatch.views.gate import REJECT

    _tell_result(ask(door.app().paths, REJECT, id=whole_id(proposal_id)), as_json=as_json)
    return 0


def enroll(*, as_json: bool) -> int:
    """Enrol a code generator: its codes approve low and medium risk from any chat. A former one ends.

    example:
      stillwatch approvals enroll
    """
    from stillwatch.cli.show.proposal import qr_code
    from stillwatch.cli.terminal import line, put, put_json, write
    from stillwatch.gate.client import ask
    from stillwatch.untrusted.for_terminal import harmless
    from stillwatch.views.command import EnrolView
    from stillwatch.views.gate import ENROLL

    uri = ask(door.app().paths, ENROLL).uri
    if as_json:
        put_json(EnrolView(uri))
        return 0
    write(harmless(qr_code(uri)))
    put([line(uri), line(("Scan it now: it is not shown again. Whoever has it can make codes.", "dim"))])
    return 0


def unlock(*, as_json: bool) -> int:
    """Unlock codes after five wrong ones.

    example:
      stillwatch approvals unlock
    """
    from stillwatch.cli.terminal import line, put, put_json
    from stillwatch.gate.client import ask
    from stillwatch.views.gate import UNLOCK

    reply = ask(door.app().paths, UNLOCK)
    if as_json:
        put_json(reply)
    else:
        put([line("one-time codes are accepted again")])
    return 0


def _read(proposal_id: str) -> KeptProposal:
    from stillwatch.gate.client import ask
    from stillwatch.views.gate import SHOW

    return ask(door.app().paths, SHOW, id=whole_id(proposal_id))


def whole_id(proposal_id: str) -> str:
    """ "17" is enough. Raises WrongUsage for what is no id."""
    import re

    from stillwatch.errors import WrongUsage

    match = re.fullmatch(r"(?:[Aa]-)?([1-9][0-9]{0,11})", proposal_id, re.ASCII)
    if match is None:
        raise WrongUsage(f"{proposal_id[:40]!r} is no proposal", next_step="'stillwatch approvals' lists their ids")
    return f"A-{match[1]}"


def need_terminal(meant: bool, typed: str) -> None:
    """Raises WrongUsage where a person would have to be asked and cannot be, as by `ssh host stillwatch …`."""
    import sys

    from stillwatch.cli.terminal import is_terminal
    from stillwatch.errors import WrongUsage

    if not meant and not is_terminal(sys.stdin):
        step = f"'stillwatch {typed} --yes' does it unasked"
        raise WrongUsage("there is no terminal to ask on, so nothing was approved", next_step=step)


def _agreed() -> bool:
    import sys

    from stillwatch.cli.terminal import write
    from stillwatch.untrusted.for_terminal import harmless

    write(harmless("Approve exactly this? [y/N] "))
    return sys.stdin.readline().strip().lower() in {"y", "yes"}


def _went_wrong(done: KeptProposal) -> bool:
    unhelpful = done.outcome is not None and done.outcome.verified is False
    return done.state in {"failed", "undone", "unknown"} or unhelpful


def _tell(proposal: KeptProposal, *, as_json: bool) -> None:
    from stillwatch.cli.show.proposal import proposal_page
    from stillwatch.cli.terminal import put, put_json

    if as_json:
        put_json(proposal)
    else:
        put(proposal_page(proposal))


def _tell_result(done: KeptProposal, *, as_json: bool) -> None:
    from stillwatch.cli.show.proposal import result_lines
    from stillwatch.cli.terminal import put, put_json

    if as_json:
        put_json(done)
    else:
        put(result_lines(done))


def _list(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--all", action="store_true", dest="every", help="the decided ones too")
    json_option(parser)


def _one(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("proposal_id", metavar="ID", help="as the list shows it: A-17")
    json_option(parser)


def _approve(parser: argparse.ArgumentParser) -> None:
    _one(parser)
    parser.add_argument("--code", metavar="CODE", help="a one-time code of the enrolled generator")
    parser.add_argument("--hash", dest="digest", metavar="HASH", help="approve only if this is what would be shown")
    parser.add_argument("--yes", "-y", action="store_true", help="do not ask on the terminal")


command = Group(
    help="""\
    Without a subcommand it lists them.

    examples:
      stillwatch approvals
      stillwatch approvals show A-17
      stillwatch approvals approve A-17
    """,
    members={
        "list": Command(run=list_approvals, arguments=_list),
        "show": Command(run=show_approval, arguments=_one),
        "approve": Command(run=approve, arguments=_approve),
        "reject": Command(run=reject, arguments=_one),
        "enroll": Command(run=enroll, arguments=json_option),
        "unlock": Command(run=unlock, arguments=json_option),
    },
)
