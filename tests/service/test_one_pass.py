from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec
import pytest

from stillwatch.errors import WrongUsage
from stillwatch.incidents.recall import Recall
from stillwatch.reading.source import Read
from stillwatch.records.chat import Failure, Tier
from stillwatch.records.report import Reply, SourceReport, TierReport
from stillwatch.records.trigger import Severity
from stillwatch.records.unit import UnitState
from stillwatch.service.one_pass import OnePass
from stillwatch.service.parts import ServiceParts
from stillwatch.service.status import status_of
from stillwatch.watch.family import load_rules
from stillwatch.watch.monitor import Sightings, Watcher
from tests.reading.test_gather import FULL, Given
from tests.support.prefilters import prefilter
from tests.think.incidents import incident
from tests.think.looks import ScriptedLooks
from tests.think.models import StillClock, always, in_turn

QUIET = Given("journal", Read(sightings=Sightings(triggers=(), novel=(), lines=3)))
REVIEW = {"evidence": ["E1"], "cause": "disk-full", "confidence": "high", "escalate": False}


class GivenTiers:
    """Tiers that are up at once."""

    def __init__(self, models: Any) -> None:
        self.models, self.started = models, False

    async def __aenter__(self) -> "GivenTiers":
        return self

    async def __aexit__(self, *_: object) -> None: ...

    async def start(self, progress: Any) -> None:
        self.started = True

    def writer(self) -> Any:
        return self.models.get("meta", "no meta model here")

    async def report(self) -> dict[Tier, TierReport]:
        return {}


def service(tmp_path: Path, *sources: Any, **models: Any) -> OnePass:
    rules = load_rules()
    return OnePass(
        ServiceParts(
            host="h",
            clock=StillClock(),
            ordinary=tuple,
            rules=rules,
            rule_problems=(),
            rules_folder=tmp_path,
            reload=lambda: (prefilter(), ()),
            memory=Recall(tmp_path / "state"),
            watcher=lambda: Watcher(prefilter(), host="h"),
            sources=lambda journal, log, since: sources or (QUIET,),
            looks=lambda journal, log: ScriptedLooks(disk_use="99 % used"),
            tiers=lambda wanted: GivenTiers(models),  # type: ignore[arg-type,return-value]
            catalogue=dict,
        )
    )


METRICS = Given("metrics", Read(events=[FULL]))


async def test_a_quiet_host_is_healthy(tmp_path: Path) -> None:
    report = await service(tmp_path).check(use_models=False)
    assert (report.status, report.incidents, report.lines) == ("healthy", (), 3)


async def test_a_full_disk_is_one_incident_with_evidence_and_is_remembered(tmp_path: Path) -> None:
    built = service(tmp_path, QUIET, METRICS)
    report = await built.check(use_models=False)
    (found,) = report.incidents
    assert found.cause is not None and found.cause.id == "disk-full" and found.evidence
    assert built.incident("i1").id == found.id == "I1"
    assert (await built.status()).incidents == report.incidents


async def test_reading_something_else_is_not_remembered(tmp_path: Path) -> None:
    built = service(tmp_path, METRICS)
    await built.check(log="some.log", use_models=False)
    assert built.incidents() == []


async def test_what_could_not_be_read_is_unknown_and_never_healthy(tmp_path: Path) -> None:
    blind = Given("units", Read(whole=False, problem="no bus"))
    assert (await service(tmp_path, QUIET, blind).check(use_models=False)).status == "unknown"
    assert (await service(tmp_path, blind, METRICS).check(use_models=False)).status in ("attention", "critical")


@pytest.mark.parametrize(
    ("severity", "state", "expected"),
    [
        (Severity.info, "open", "healthy"),
        (Severity.low, "open", "attention"),
        (Severity.high, "open", "attention"),
        (Severity.critical, "open", "critical"),
        (Severity.high, "muted", "attention"),
        (Severity.high, "resolved", "healthy"),
    ],
)
def test_status(severity: Severity, state: Any, expected: str) -> None:
    sources = [SourceReport(name="journal", read=True)]
    assert status_of([incident(severity=severity, state=state)], sources) == expected


def test_nothing_read_is_unknown() -> None:
    assert status_of([], []) == "unknown"


async def test_models_are_not_started_for_a_quiet_host(tmp_path: Path) -> None:
    asked = always(REVIEW)
    await service(tmp_path, review=asked).check()
    assert asked.asked == []


async def ask(built: OnePass, question: str = "why is /srv full?") -> tuple[Reply, str]:
    said = list[str]()
    reply = await built.ask(question, say=said.append)
    return reply, "".join(said)


async def test_an_answer_of_the_meta_tier_cites_evidence_that_exists(tmp_path: Path) -> None:
    meta = in_turn("It is 99% full [E1]. It is full of logs [E77].")
    reply, said = await ask(service(tmp_path, QUIET, METRICS, meta=meta))
    assert reply.by == "meta" and reply.text.endswith("\n\nIt is 99% full [E1].")
    assert reply.evidence[0].id == "E1" and "It is 99% full" in said and "E77" not in said


async def test_words_that_cite_nothing_are_left_out(tmp_path: Path) -> None:
    reply, _ = await ask(service(tmp_path, QUIET, METRICS, meta=in_turn("All is well.")))
    assert "All is well" not in reply.text and reply.by == "rule" and reply.evidence


async def test_an_order_is_none_of_its_business(tmp_path: Path) -> None:
    reply, _ = await ask(service(tmp_path, QUIET, METRICS), "install htop")
    assert "only answers" in reply.text


@pytest.mark.parametrize("models", [{}, {"meta": always(Failure(reason="timeout", detail="30 s"))}])
async def test_without_a_model_the_rules_answer(tmp_path: Path, models: Any) -> None:
    reply, said = await ask(service(tmp_path, QUIET, METRICS, **models))
    assert reply.by == "rule" and "[E1]" in reply.text and reply.text == said.strip()
    assert reply.evidence


async def test_a_unit_that_is_asked_for_is_told_of(tmp_path: Path) -> None:
    units = {"web.service": UnitState(name="web.service", active_state="active", sub_state="running")}
    reply, _ = await ask(service(tmp_path, Given("units", Read(units=units))), "is web running?")
    assert "web.service" in reply.text


async def test_an_empty_question_is_wrong_usage(tmp_path: Path) -> None:
    with pytest.raises(WrongUsage):
        await service(tmp_path).ask("  ")


async def test_closing_and_muting(tmp_path: Path) -> None:
    built = service(tmp_path, METRICS)
    await built.check(use_models=False)
    built.mute(incident_id="I1", rule=None, until=2_000_000.0, by="ada")
    built.note("the disk is being replaced on Monday", "ada")
    assert built.close("I1", "ada").state == "resolved" and built.incidents() == []
    for wrong in (lambda: built.incident("I9"), lambda: built.mute(incident_id=None, rule=None, until=0, by="ada")):
        with pytest.raises(WrongUsage):
            wrong()


async def test_a_mute_and_a_note_can_be_taken_back(tmp_path: Path) -> None:
    built = service(tmp_path, METRICS)
    report = await built.check(use_models=False)
    rule = report.incidents[0].triggers[0].rule
    for muted, told_again in (("I1", "1"), (rule, rule), (rule, "I1")):
        given = {"incident_id": muted, "rule": None} if muted == "I1" else {"incident_id": None, "rule": muted}
        built.mute(**given, until=2_000_000_000.0, by="ada")  # type: ignore[arg-type]
        assert len(built.mutes()) == 1
        if (await built.check(use_models=False)).incidents[0].state == "muted":
            built.unmute(told_again)
            assert built.incident("I1").state == "open" and built.mutes() == []
        else:  # what is critical is never muted
            built.unmute(muted)
    built.note("the disk is being replaced on Monday", "ada")
    (note,) = built.notes()
    built.forget(note.id)
    assert built.notes() == []
    for wrong in (lambda: built.unmute("I1"), lambda: built.unmute("nothing"), lambda: built.forget(note.id)):
        with pytest.raises(WrongUsage):
            wrong()


async def test_status_before_any_check_is_unknown(tmp_path: Path) -> None:
    assert (await service(tmp_path).status()).status == "unknown"


def test_the_rules_are_held_to_their_own_samples(tmp_path: Path) -> None:
    parts = service(tmp_path)._parts
    kept, other = parts.rules[0], parts.rules[1]
    broken = msgspec.structs.replace(other, silent=other.fires[:1])
    assert OnePass(replace(parts, rules=[kept])).test_rules() == []
    (said,) = OnePass(replace(parts, rules=[kept, broken])).test_rules()
    assert broken.id in said
