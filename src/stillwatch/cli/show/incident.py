"""An incident on paper: what, why, what was seen, what could be done."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from stillwatch.cli.terminal import Line, line
from stillwatch.cli.text import clock_time, confidence_words, local_time, who_says
from stillwatch.records.action import Proposal
from stillwatch.records.cause import CAUSES
from stillwatch.records.incident import Evidence, Incident
from stillwatch.records.path import path_of
from stillwatch.untrusted.echo import with_quotations
from stillwatch.untrusted.for_terminal import one_line

NOT_KNOWN: Final = "not known yet: a person should look"
HELPED: Final = {True: ", and it helped", False: ", and it did not help", None: ""}

SEVERITY_STYLES = {
    "info": "dim",
    "low": "cyan",
    "medium": "yellow",
    "high": "bold red",
    "critical": "bold white on red",
}
STATE_STYLES = {"open": "", "waiting": "yellow", "acting": "yellow", "resolved": "green", "muted": "dim"}
EVIDENCE_SHOWN = 6
EVIDENCE_WIDTH = 240
LABEL = 9


def incident_block(incident: Incident, *, now: float, evidence: int = EVIDENCE_SHOWN) -> Iterator[Line]:
    """evidence: how many pieces are shown; the rest is counted."""
    severity, incident = str(incident.severity), with_quotations(incident)
    yield line(
        (f" {severity} ", SEVERITY_STYLES[severity]),
        (f" {one_line(incident.summary, 300)}", "bold"),
        (f"   {one_line(incident.id, 40)}", "dim"),
        indent=1,
        hang=4,
    )
    yield from _why(incident)
    yield from _opinions(incident)
    yield from evidence_lines(incident.evidence[:evidence], now=now)
    hidden = len(incident.evidence) - evidence
    if hidden > 0:
        yield line(
            (f"… and {hidden} more: stillwatch incidents show {one_line(incident.id, 40)}", "dim"), indent=2 + LABEL
        )
    yield from _done(incident)
    for note in incident.notes:
        yield _labelled("note", one_line(note, 400))


def incident_page(incident: Incident, *, now: float) -> Iterator[Line]:
    """Everything about one incident, its history included."""
    yield from incident_block(incident, now=now, evidence=len(incident.evidence))
    for number, arrow in enumerate(path_of(incident)):
        shown = f"  ({arrow.cause}{', ' + ', '.join(arrow.evidence) if arrow.evidence else ''})"
        words = f"{one_line(arrow.culprit, 120)} → {one_line(arrow.effect, 120)}"
        yield _labelled("path" if number == 0 else "", words, (shown, "dim"))
    state = incident.state + (f" by {one_line(incident.muted_by, 60)}" if incident.muted_by else "")
    yield _labelled("state", f"{state}, opened {local_time(incident.opened)}, last seen {local_time(incident.updated)}")
    for number, step in enumerate(incident.history):
        words = f"{local_time(step.at)}  {one_line(step.by, 40)}: {one_line(step.text, 300)}"
        yield _labelled("history" if number == 0 else "", words)


def incident_row(incident: Incident, *, now: float) -> Line:
    """One line of a list."""
    severity = str(incident.severity)
    return line(
        (f"{one_line(incident.id, 24):<10} ", "dim"),
        (f"{severity:<8}", SEVERITY_STYLES[severity]),
        (f" {incident.state:<9}", STATE_STYLES[incident.state]),
        f"{clock_time(incident.updated, now):<20}",
        one_line(with_quotations(incident).summary, 200),
        hang=12,
    )


def evidence_lines(pieces: Sequence[Evidence], *, now: float, label: str = "seen") -> Iterator[Line]:
    """One line for each piece of evidence, its id first."""
    for number, piece in enumerate(pieces):
        when = f"{clock_time(piece.at, now)} " if piece.at > 0 else ""
        yield _labelled(
            label if number == 0 else "",
            (f"[{piece.id}] ", "cyan"),
            (f"{when}{piece.kind} {one_line(piece.source, 80)}: ", "dim"),
            one_line(piece.text, EVIDENCE_WIDTH),
        )


def _why(incident: Incident) -> Iterator[Line]:
    if incident.cause is None:
        yield _labelled("why", NOT_KNOWN)
        return
    cause = incident.cause
    words = one_line(cause.text, 400) or CAUSES.get(cause.id, cause.id)
    sure = ", ".join(filter(None, (confidence_words(incident.confidence), f"say {who_says(incident.by)}")))
    sure = sure if incident.by == "rule" else sure.replace("say the", "says the")
    yield _labelled("why", words, (f"  ({sure})", "dim"))
    if cause.object:
        yield _labelled("culprit", one_line(cause.object, 200), (f"  ({cause.id})", "dim"))


def _opinions(incident: Incident) -> Iterator[Line]:
    """What each tier said, beside the cause that was settled on."""
    if incident.opinions:
        lines = [f"{one_line(opinion.by, 40)}: {one_line(opinion.says, 120)}" for opinion in incident.opinions]
        yield _labelled("tiers", " · ".join(lines))


def _done(incident: Incident) -> Iterator[Line]:
    if incident.proposal is not None:
        yield _labelled("could do", *_proposed(incident.proposal))
    if incident.decision is not None:
        decision = incident.decision
        yield _labelled("gate", f"{decision.verdict}: {one_line(decision.reason, 300)} ({one_line(decision.rule, 80)})")
    if incident.outcome is not None:
        yield _labelled("outcome", f"{incident.outcome.status}{HELPED[incident.outcome.verified]}")


def _proposed(proposal: Proposal) -> Iterator[tuple[str, str]]:
    given = ", ".join(f"{one_line(name, 40)}={one_line(str(value), 80)}" for name, value in proposal.arguments.items())
    yield (f"{one_line(proposal.action, 40).replace('_', ' ')} {one_line(proposal.target, 200)}", "bold")
    if given:
        yield (f" ({given})", "")
    if proposal.because:
        yield (f" – {one_line(proposal.because, 300)}", "")


def _labelled(label: str, *pieces: str | tuple[str, str]) -> Line:
    return line((f"{label:<{LABEL}}", "dim"), *pieces, indent=2, hang=2 + LABEL)
