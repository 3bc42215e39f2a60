"""How a host stands, what `doctor` found and what `ask` answered, as JSON. Times are ISO 8601 in UTC."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Literal

from msgspec import UNSET, UnsetType
from msgspec.structs import asdict

from stillwatch.config import says
from stillwatch.records.chat import TierState, Usage
from stillwatch.records.incident import Evidence
from stillwatch.records.iso import iso
from stillwatch.records.report import (
    Checked,
    Reply,
    Report,
    SourceReport,
    Status,
    StoreReport,
    TierReport,
    UnknownKind,
)
from stillwatch.records.unread import Unread
from stillwatch.views.incident import EvidenceView, IncidentView
from stillwatch.views.shape import Exact


class UsageView(Exact):
    """What models did for it."""

    prompt_tokens: Annotated[int, says("Tokens that models were given.")]
    cached_tokens: Annotated[int, says("How many of these their servers still had.")]
    output_tokens: Annotated[int, says("Tokens that models wrote.")]
    seconds: Annotated[float, says("How long it took.")]

    @classmethod
    def of(cls, usage: Usage) -> UsageView:
        return cls(
            prompt_tokens=usage.prompt_tokens,
            cached_tokens=usage.cached_tokens,
            output_tokens=usage.output_tokens,
            seconds=round(usage.seconds, 3),
        )


class SourceView(Exact):
    """One thing that was to be read."""

    name: Annotated[str, says("The journal, a file, the units, …")]
    read: Annotated[bool, says("Whether it could be read.")]
    problem: Annotated[str | None, says("Why not, or what was odd.")]
    watched: Annotated[str | None, says("What of it is watched, in words.")]

    @classmethod
    def of(cls, source: SourceReport) -> SourceView:
        return cls(name=source.name, read=source.read, problem=source.problem or None, watched=source.watched or None)


class TierView(Exact):
    """One of the three models."""

    state: Annotated[TierState, says("Whether it can be asked.")]
    detail: Annotated[str, says("Why it is so.")]
    engine: Annotated[str | None, says("What runs it; null where that is a server of somebody else.")]
    calls: Annotated[int, says("How often it was asked.")]
    prompt_tokens: Annotated[int, says("Tokens that it was given.")]
    cached_tokens: Annotated[int, says("How many of these its server still had.")]
    output_tokens: Annotated[int, says("Tokens that it wrote.")]
    seconds: Annotated[float, says("How long that took.")]

    @classmethod
    def of(cls, tier: TierReport) -> TierView:
        return cls(
            state=tier.state,
            detail=tier.detail,
            engine=tier.engine or None,
            calls=tier.calls,
            **asdict(UsageView.of(tier.usage)),
        )


class StoreView(Exact):
    """What the daemon remembers, and how much it may."""

    bytes: Annotated[int, says("Bytes in use.")]
    most_bytes: Annotated[int, says("Bytes at most.")]
    readings_days: Annotated[float, says("Days that readings are kept.")]
    trends_days: Annotated[float, says("Days that the means of their hours are kept.")]
    incidents_days: Annotated[float, says("Days that resolved incidents are kept.")]

    @classmethod
    def of(cls, store: StoreReport) -> StoreView:
        return cls(
            bytes=store.bytes,
            most_bytes=store.most_bytes,
            readings_days=store.readings_days,
            trends_days=store.trends_days,
            incidents_days=store.incidents_days,
        )


class UnreadView(Exact):
    """Log lines that did not tell everything."""

    lines: Annotated[int, says("Lines without a time, without a program, or without both.")]
    without_time: Annotated[int, says("Lines that told no time.")]
    without_program: Annotated[int, says("Lines that told no program.")]

    @classmethod
    def of(cls, unread: Unread) -> UnreadView:
        return cls(lines=unread.lines, without_time=unread.without_time, without_program=unread.without_program)


class UnknownView(Exact):
    """Lines of one kind that sound like trouble and that no rule knows."""

    template: Annotated[str, says("What all of them have in common.")]
    program: Annotated[str, says("The program that wrote them.")]
    host: Annotated[str | None, says("The host that they are of; null: the one that is watched.")]
    count: Annotated[int, says("How many there were.")]
    first: Annotated[str | None, says("When the first came.")]
    last: Annotated[str | None, says("When the last came.")]
    sample: Annotated[str, says("One of them, word for word. Strangers write it.")]

    @classmethod
    def of(cls, one: UnknownKind) -> UnknownView:
        return cls(
            template=one.template,
            program=one.program,
            host=one.host or None,
            count=one.count,
            first=iso(one.first),
            last=iso(one.last),
            sample=one.sample,
        )


class StatusView(Exact, kw_only=True):
    """How a host stands: what `check --json` and `status --json` print."""

    host: Annotated[str, says("The host that is watched, or that the lines are of.")]
    at: Annotated[str | None, says("When it was found out.")]
    recorded: Annotated[Literal[True] | UnsetType, says("There where it is a recorded host and not this one.")] = UNSET
    status: Annotated[Status, says("`unknown` where something could not be read, never `healthy`.")]
    incidents: Annotated[list[IncidentView], says("What is wrong, the worst first.")]
    sources: Annotated[list[SourceView], says("What was read, and what could not be.")]
    tiers: Annotated[dict[str, TierView], says("The models, by the name of their tier.")]
    lines: Annotated[int, says("Log lines that were read.")]
    dropped: Annotated[int, says("Lines of trouble that were only counted: too many different ones came.")]
    unread: Annotated[UnreadView, says("What the lines did not tell.")]
    unknown: Annotated[list[UnknownView], says("What sounds like trouble and no rule knows, the gravest first.")]
    seconds: Annotated[float, says("How long it took.")]
    store: Annotated[StoreView | None, says("What is remembered; null where no daemon runs.")]

    @classmethod
    def of(cls, report: Report) -> StatusView:
        return cls(
            host=report.host,
            at=iso(report.at),
            recorded=True if report.recorded else UNSET,
            status=report.status,
            incidents=[IncidentView.of(incident) for incident in report.incidents],
            sources=[SourceView.of(source) for source in report.sources],
            tiers={name: TierView.of(tier) for name, tier in report.tiers.items()},
            lines=report.lines,
            dropped=report.dropped,
            unread=UnreadView.of(report.unread),
            unknown=[UnknownView.of(one) for one in report.unknown],
            seconds=round(report.seconds, 3),
            store=StoreView.of(report.store) if report.store else None,
        )


class CitedView(EvidenceView):
    """Something that an answer points to."""

    incident: Annotated[str | None, says("The incident that it belongs to.")]

    @classmethod
    def of(cls, piece: Evidence) -> CitedView:
        return cls(**asdict(EvidenceView.of(piece)), incident=piece.incident or None)


class ReplyView(Exact):
    """What `ask --json` prints."""

    answer: Annotated[str, says("The answer; [E3] in it stands for a piece of evidence.")]
    by: Annotated[str, says("The tier that wrote it, or rule.")]
    note: Annotated[str | None, says("What the reader should know about it.")]
    evidence: Annotated[list[CitedView], says("What the answer points to.")]
    usage: Annotated[UsageView, says("What it cost.")]

    @classmethod
    def of(cls, reply: Reply) -> ReplyView:
        return cls(
            answer=reply.text,
            by=reply.by,
            note=reply.note or None,
            evidence=[CitedView.of(piece) for piece in reply.evidence],
            usage=UsageView.of(reply.usage),
        )


class FindingView(Exact):
    """One line of `doctor`."""

    topic: Annotated[str, says("What was examined.")]
    ok: Annotated[bool, says("Whether it is as it should be.")]
    text: Annotated[str, says("What was found.")]
    mend: Annotated[str | None, says("The command that mends it, where there is one.")]

    @classmethod
    def of(cls, finding: Checked) -> FindingView:
        return cls(topic=finding.topic, ok=finding.ok, text=finding.text, mend=finding.mend or None)


class DoctorView(Exact):
    """What `doctor --json` prints."""

    ok: Annotated[bool, says("Whether all is as it should be.")]
    findings: Annotated[list[FindingView], says("What was found, in the order in which it was examined.")]

    @classmethod
    def of(cls, findings: Sequence[Checked]) -> DoctorView:
        return cls(ok=all(each.ok for each in findings), findings=[FindingView.of(each) for each in findings])
