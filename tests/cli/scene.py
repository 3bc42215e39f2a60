"""A host as the command line sees it: a service whose answers a test sets."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import SimpleNamespace
from typing import Any

from stillwatch.config import Config, find_paths
from stillwatch.errors import WrongUsage
from stillwatch.records.action import Proposal
from stillwatch.records.cause import Cause
from stillwatch.records.chat import Usage
from stillwatch.records.event import Untrusted
from stillwatch.records.incident import Evidence, Incident, Step
from stillwatch.records.mute import Mute
from stillwatch.records.note import Note
from stillwatch.records.report import Reply, Report, SourceReport, TierReport
from stillwatch.records.trigger import Severity, Trigger

PLACES = find_paths(None, "/nowhere/state", "/nowhere/run")
NOW = 1_795_000_000.0
"""2026-11-18T11:06:40Z."""


def evidence(number: int = 1, text: str = "bind() to 0.0.0.0:8080 failed") -> Evidence:
    return Evidence(
        id=f"E{number}", incident="I-7", kind="journal", source="shop-web.service", at=NOW - 60, text=Untrusted(text)
    )


def incident(**changes: Any) -> Incident:
    plain = Incident(
        id="I-7",
        key="unit:shop-web.service",
        state="open",
        severity=Severity.high,
        summary="shop-web.service cannot start",
        subject="shop-web.service",
        host="web-01",
        opened=NOW - 120,
        updated=NOW - 60,
        evidence=(evidence(),),
        cause=Cause(id="port-in-use", object="legacy.service", text="another process already listens on port 8080"),
        confidence=0.8,
        by="review",
        proposal=Proposal(action="stop_unit", target="legacy.service", because=Untrusted("it holds the port")),
        history=(Step(at=NOW - 120, by="rule", text="opened"),),
    )
    return replace(plain, **changes)


def report(*incidents: Incident, status: Any = "attention", **changes: Any) -> Report:
    plain = Report(
        host="web-01",
        at=NOW,
        status=status,
        incidents=incidents,
        sources=(SourceReport(name="journal", read=True), SourceReport(name="units", read=True)),
        tiers={
            "trigger": TierReport(state="off"),
            "review": TierReport(
                state="ready",
                calls=2,
                usage=Usage(prompt_tokens=1830, cached_tokens=1678, output_tokens=60, seconds=1.94),
            ),
            "meta": TierReport(state="missing", detail="no model file"),
        },
        lines=1243,
        seconds=2.06,
    )
    return replace(plain, **changes)


def trigger(**changes: Any) -> Trigger:
    plain = Trigger(
        rule="bind-in-use",
        severity=Severity.high,
        summary="a port is already taken",
        subject="shop-web.service",
        host="web-01",
        count=3,
        first=NOW - 90,
        last=NOW - 60,
        fields={"port": "8080"},
        sample=Untrusted("bind() failed"),
    )
    return replace(plain, **changes)


class Run:
    """What Service.triage gives."""

    def __init__(self, triggers: Sequence[Trigger], lines: int) -> None:
        self._triggers, self._lines = triggers, lines
        self.lines, self.seconds, self.triggers, self.dropped = 0, 0.0, 0, 0

    def __iter__(self) -> Iterator[Trigger]:
        yield from self._triggers
        self.lines, self.seconds, self.triggers = self._lines, 0.25, len(self._triggers)


@dataclass
class FakeService:
    report: Report = field(default_factory=report)
    reply: Reply = field(default_factory=lambda: Reply(text="all is well", by="rule"))
    pieces: Sequence[str] = ()
    known: Sequence[Incident] = ()
    triggers: Sequence[Trigger] = ()
    muted: Sequence[Mute] = ()
    noted: Sequence[Note] = ()
    log_lines: int = 1000
    rule_list: Sequence[Any] = ()
    rule_problems: Sequence[str] = ()
    catalogue: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    raises: BaseException | None = None
    asked: list[tuple[str, dict[str, Any]]] = field(default_factory=list)

    async def check(self, *, progress: Callable[[str], None], **given: Any) -> Report:
        self.asked.append(("check", given))
        progress("reading the journal")
        if self.raises:
            raise self.raises
        return self.report

    async def status(self) -> Report:
        return self.report

    async def ask(
        self, question: str, *, progress: Callable[[str], None], say: Callable[[str], None], **given: Any
    ) -> Reply:
        self.asked.append(("ask", {"question": question, **given}))
        progress("looking")
        for piece in self.pieces:
            say(piece)
        return self.reply

    def incidents(self) -> Sequence[Incident]:
        return self.known

    def incident(self, incident_id: str) -> Incident:
        for each in self.known:
            if each.id == incident_id:
                return each
        raise WrongUsage(f"no incident {incident_id}", next_step="stillwatch incidents list")

    def close(self, incident_id: str, by: str) -> Incident:
        self.asked.append(("close", {"id": incident_id, "by": by}))
        return replace(self.incident(incident_id), state="resolved")

    def mute(self, **given: Any) -> str:
        self.asked.append(("mute", given))
        return "muted"

    def mutes(self) -> Sequence[Mute]:
        return self.muted

    def unmute(self, pattern: str) -> str:
        self.asked.append(("unmute", {"pattern": pattern}))
        return "told again"

    def notes(self) -> Sequence[Note]:
        return self.noted

    def forget(self, number: int) -> None:
        self.asked.append(("forget", {"number": number}))

    def note(self, text: str, by: str) -> None:
        self.asked.append(("note", {"text": text, "by": by}))

    def left_out_rules(self) -> Sequence[str]:
        return []

    def triage(self, **given: Any) -> Run:
        self.asked.append(("triage", given))
        return Run(self.triggers, self.log_lines)

    def rules(self) -> Sequence[Any]:
        return self.rule_list

    def test_rules(self) -> Sequence[str]:
        return self.rule_problems

    def tools(self) -> Mapping[str, Mapping[str, Any]]:
        return self.catalogue


def app_of(service: FakeService) -> Any:
    clock = SimpleNamespace(now=lambda: NOW, boot=lambda: 1000.0)
    return SimpleNamespace(config=Config(), paths=PLACES, clock=clock, service=lambda: service, known=lambda: service)
