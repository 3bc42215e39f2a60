"""A proposal on paper, from its typed fields by fixed code; text from outside only in a labelled, escaped box (R21)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from stillwatch.cli.terminal import Line, line
from stillwatch.cli.text import clock_time, local_time
from stillwatch.untrusted.for_terminal import one_line
from stillwatch.views.gate import KeptProposal

MEASURED: Final = {True: ", and the success test passed", False: ", and the success test failed", None: ""}

RISK_STYLES = {"low": "green", "medium": "yellow", "high": "bold red"}
VERDICT_STYLES = {"allow": "green", "ask": "yellow", "refuse": "bold red"}
LABEL = 10
BOX_WIDTH = 76
BOX_LINES = 12


def proposal_row(proposal: KeptProposal, *, now: float) -> Line:
    """One line of a list."""
    risk = proposal.risk
    return line(
        (f"{one_line(proposal.id, 16):<7} ", "bold"),
        (f"{risk:<7}", RISK_STYLES.get(risk, "")),
        f"{one_line(proposal.state, 16):<10}",
        f"{clock_time(proposal.at, now):<20}",
        _what(proposal),
        hang=8,
    )


def proposal_page(proposal: KeptProposal) -> Iterator[Line]:
    """All that an approver should weigh, and the hash that an approval binds."""
    shown, decision, risk = proposal.shown, proposal.decision, proposal.risk
    yield line((one_line(proposal.id, 16), "bold"), f"  {one_line(proposal.state, 16)}")
    yield labelled("action", (_what(proposal), "bold"))
    for name, value in proposal.arguments.items():
        yield labelled("", f"{one_line(name, 40)} = {one_line(str(value), 200)}")
    yield labelled("does", one_line(shown.does, 500))
    back = "can be undone" if shown.undoable else "cannot be undone"
    yield labelled("risk", (risk, RISK_STYLES.get(risk, "")), f", {back}")
    yield labelled("hits", one_line(shown.blast_radius, 500) or "nothing else that is known")
    yield labelled("now", one_line(shown.now, 500))
    yield labelled("cause", one_line(shown.cause, 500) or "none that the gate itself can see")
    yield labelled("success", one_line(shown.success, 500))
    yield labelled("rule", f"{one_line(decision.rule, 80)}: {one_line(decision.reason, 300)}")
    yield labelled("proposed", local_time(proposal.at), *_by_incident(proposal))
    if proposal.approver:
        yield labelled("approved", f"by {one_line(proposal.approver, 120)}")
    yield labelled("hash", (one_line(proposal.hash, 64), "dim"))
    yield from _outcome(proposal)
    yield from box("text from outside: anybody may have written it", proposal.untrusted.because)


def result_lines(proposal: KeptProposal) -> Iterator[Line]:
    """What became of it, in two lines."""
    yield line((one_line(proposal.id, 16), "bold"), f" {one_line(proposal.state, 16)}: {_what(proposal)}")
    if proposal.delayed:
        yield labelled("waits", one_line(proposal.delayed, 300))
    yield from _outcome(proposal)


def box(title: str, text: str) -> Iterator[Line]:
    """Escaped text in a frame that it cannot leave: each line begins with the frame's own mark."""
    import textwrap

    words = one_line(text, 4000)
    if not words:
        return
    rows = textwrap.wrap(words, BOX_WIDTH)
    yield line((f"┌ {title}", "dim"), indent=2)
    for row in rows[:BOX_LINES]:
        yield line(("│ ", "dim"), row, indent=2)
    if len(rows) > BOX_LINES:
        yield line(("│ … and more", "dim"), indent=2)
    yield line(("└", "dim"), indent=2)


def labelled(label: str, *pieces: str | tuple[str, str]) -> Line:
    return line((f"{label:<{LABEL}}", "dim"), *pieces, indent=2, hang=2 + LABEL)


def qr_code(text: str) -> str:
    """A QR code of half blocks, for a terminal."""
    from io import StringIO

    import segno

    page = StringIO()
    segno.make(text, error="m", micro=False).terminal(out=page, compact=True)
    return page.getvalue()


def _what(proposal: KeptProposal) -> str:
    return f"{one_line(proposal.action, 40).replace('_', ' ')} {one_line(proposal.target, 255)}"


def _by_incident(proposal: KeptProposal) -> tuple[str, ...]:
    incident = one_line(proposal.incident, 64)
    return (f", for incident {incident}",) if incident else ()


def _outcome(proposal: KeptProposal) -> Iterator[Line]:
    outcome = proposal.outcome
    if outcome is None:
        return
    yield labelled("outcome", f"{one_line(outcome.status, 16)}{MEASURED[outcome.verified]}")
    yield from box("what was said while it was done", outcome.said)
