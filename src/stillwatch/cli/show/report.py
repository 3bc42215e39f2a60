"""A report on paper: the headline, one block an incident, then what could not be read and what the models did."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from stillwatch.cli.show.incident import EVIDENCE_SHOWN, incident_block, incident_row
from stillwatch.cli.terminal import Line, line, put, put_json
from stillwatch.cli.text import counted_only, local_time, plural, seconds
from stillwatch.records.report import Report, TierReport
from stillwatch.untrusted.for_terminal import one_line
from stillwatch.views.report import StatusView

NOTHING_CHANGED: Final = "Nothing is changed on the host."
HEADLINES = {
    "healthy": ("✓", "healthy", "bold green"),
    "attention": ("!", "needs attention", "bold yellow"),
    "critical": ("✗", "critical", "bold red"),
    "unknown": ("?", "could not be established", "bold magenta"),
}
TIER_STYLES = {"ready": "green", "missing": "yellow", "failed": "red", "off": "dim"}
UNKNOWN_SHOWN = 3
AT_REST = ("resolved", "muted")


def show_report(report: Report, *, as_json: bool, now: float) -> None:
    """Print it, as JSON or for people."""
    if as_json:
        put_json(StatusView.of(report))
    else:
        put(report_lines(report, now=now))


def report_lines(report: Report, *, now: float) -> Iterator[Line]:
    """Everything a person is told. Text of the report is untrusted and made harmless here."""
    open_ones = [incident for incident in report.incidents if incident.state not in AT_REST]
    resting = [incident for incident in report.incidents if incident.state in AT_REST]
    yield _headline(report, len(open_ones), len(resting))
    if report.status == "unknown":
        yield line("Not everything could be read, so nobody can say that all is well.", indent=2)
    for incident in open_ones:
        yield line()
        shown = len(incident.evidence) if report.recorded else EVIDENCE_SHOWN  # nobody can ask for the rest later
        yield from incident_block(incident, now=now, evidence=shown)
    if (
        open_ones
        and not report.recorded
        and not any(incident.outcome or incident.state == "acting" for incident in open_ones)
    ):
        yield line()
        yield line((NOTHING_CHANGED, "dim"), indent=2)
    if report.recorded:
        yield line()
        yield line("This is a recorded host; nothing was read of the machine that you are on.", indent=2)
    yield line()
    yield from (incident_row(incident, now=now) for incident in resting)
    yield from _sources(report)
    yield from _tiers(report)
    if report.dropped:
        yield line(("counted  ", "yellow"), counted_only(report.dropped), hang=9)
    if report.store:
        yield line(("keeps    ", "dim"), str(report.store), hang=9)
    yield from _unknown(report)
    if report.lines or report.seconds:
        yield line((f"read {plural(report.lines, 'log line')} in {seconds(report.seconds)}{_unread(report)}", "dim"))


def _headline(report: Report, count: int, resting: int) -> Line:
    sign, words, style = HEADLINES[report.status]
    counted = plural(count, "incident") if count else "no incident"
    counted += f", {resting} muted or resolved" if resting else ""
    when = f"recorded {local_time(report.at)}" if report.recorded else local_time(report.at)
    about = (f" · {when} · {counted}", "dim")
    return line((f"{sign} {words}", style), f"   {one_line(report.host, 80)}", about)


def _sources(report: Report) -> Iterator[Line]:
    good = [source for source in report.sources if source.read and not source.problem]
    if good:
        yield line(("read     ", "dim"), ", ".join(one_line(source.name, 80) for source in good), hang=9)
    if report.status == "healthy":
        for source in good:
            if source.watched:
                yield line(
                    ("         ", "dim"), f"{one_line(source.name, 80)}: {one_line(source.watched, 400)}", hang=9
                )
    for source in report.sources:
        if source.problem or not source.read:
            label, style = ("read", "yellow") if source.read else ("unread", "bold red")
            problem = one_line(source.problem, 400) or "could not be read"
            yield line((f"{label:<9}", style), f"{one_line(source.name, 80)}: {problem}", hang=9)


def _unknown(report: Report) -> Iterator[Line]:
    """Lines that sound like trouble and that no rule knows, the gravest few; --json has all."""
    if report.unknown:
        yield line(
            ("unknown  ", "yellow"), f"{plural(len(report.unknown), 'kind')} of lines that no rule knows:", hang=9
        )
    for one in report.unknown[:UNKNOWN_SHOWN]:
        times = f" ({one.count} times)" if one.count > 1 else ""
        yield line(f"{one_line(one.program or 'a program', 60)}: {one_line(one.sample, 160)}{times}", indent=9, hang=11)


def _unread(report: Report) -> str:
    """What the lines did not tell: a time that is missing is taken for that of the file."""
    unread = report.unread
    parts = [(unread.without_time, "no time"), (unread.without_program, "no program")]
    counts = " and ".join(f"{number:,} name {what}" for number, what in parts if number)
    return f"; of these {counts}" if counts else ""


def _tiers(report: Report) -> Iterator[Line]:
    """One line a tier; a single one where all three say the same."""
    alike = len(set(report.tiers.values())) == 1 and len(report.tiers) > 1
    named = [("all", next(iter(report.tiers.values())))] if alike else list(report.tiers.items())
    for number, (name, tier) in enumerate(named):
        label = f"{'models' if number == 0 else '':<9}"
        detail = f": {one_line(tier.detail, 300)}" if tier.detail and tier.state != "ready" else ""
        title = "" if alike else f"{name:<8}"
        engine = f" on {one_line(tier.engine, 60)}" if tier.engine else ""
        state = (tier.state, TIER_STYLES[tier.state])
        yield line((label, "dim"), title, state, engine, detail, _cost(tier), hang=9 + len(title))


def _cost(tier: TierReport) -> str:
    if not tier.calls:
        return ""
    usage = tier.usage
    cached = f", {usage.cached_tokens:,} of them cached" if usage.cached_tokens else ""
    return (
        f" · {plural(tier.calls, 'call')} · {usage.prompt_tokens:,} tokens in{cached}, {usage.output_tokens:,} out"
        f" · {seconds(usage.seconds)}"
    )
