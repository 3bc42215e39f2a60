import os
from dataclasses import replace
from pathlib import Path

import pytest

from stillwatch.errors import NotReachable
from stillwatch.incidents.recall import Recall
from stillwatch.records.incident import Incident, Step
from stillwatch.records.mute import Mute
from stillwatch.records.report import Report, SourceReport, Status
from stillwatch.records.trigger import Severity
from tests.support.door import ASKED, RESTART
from tests.think.incidents import incident

NOW = 1_000_100.0


def report(*incidents: Incident, status: Status = "attention") -> Report:
    return Report(
        host="h", at=NOW, status=status, incidents=incidents, sources=(SourceReport(name="units", read=True),)
    )


def checked(memory: Recall, *found: Incident, status: Status = "attention") -> tuple[Incident, ...]:
    known = memory.recognise(found, NOW)
    memory.keep(report(*known, status=status))
    return known


def test_the_same_fault_keeps_its_id(tmp_path: Path) -> None:
    memory = Recall(tmp_path / "state")
    (first,) = checked(memory, incident(id="?"))
    (second,) = checked(memory, incident(id="?", opened=NOW + 50))
    assert first.id == second.id == "I1" and second.opened == first.opened
    assert [one.id for one in memory.open_incidents()] == ["I1"]


def test_a_check_keeps_what_a_daemon_had_decided_and_its_history(tmp_path: Path) -> None:
    memory = Recall(tmp_path)
    (first,) = checked(memory, incident())
    step = Step(at=NOW, by="gate", text="ask: a person decides")
    memory.save([replace(first, proposal=RESTART, proposal_id="A-1", decision=ASKED, state="waiting", history=(step,))])
    (second,) = checked(memory, incident(id="?"))
    assert (second.proposal, second.proposal_id, second.decision) == (RESTART, "A-1", ASKED)
    assert (second.state, second.history) == ("waiting", (step,))


def test_a_report_comes_back_as_it_was(tmp_path: Path) -> None:
    memory = Recall(tmp_path)
    found = checked(memory, incident())
    assert memory.last_report() == report(*found)


def test_what_a_whole_check_no_longer_sees_is_over(tmp_path: Path) -> None:
    memory = Recall(tmp_path)
    checked(memory, incident())
    checked(memory, status="healthy")
    assert memory.open_incidents() == []
    found = memory.find("I1")
    assert found is not None and found.state == "resolved"


def test_a_check_that_could_not_see_ends_nothing(tmp_path: Path) -> None:
    memory = Recall(tmp_path)
    checked(memory, incident())
    checked(memory, status="unknown")
    assert len(memory.open_incidents()) == 1


def test_mutes_hold_for_the_next_pass_but_never_for_what_is_critical(tmp_path: Path) -> None:
    memory = Recall(tmp_path)
    memory.mute(Mute(pattern=incident().key, until=NOW + 100, by="ada", because=""))
    assert checked(memory, incident())[0].state == "muted"
    assert checked(memory, replace(incident(), severity=Severity.critical))[0].state == "open"


def test_nothing_is_left_in_a_directory_of_another_user(tmp_path: Path) -> None:
    if os.geteuid() != 0:
        return
    state = tmp_path / "service"
    state.mkdir()
    os.chown(state, 12345, 12345)
    memory = Recall(state)
    checked(memory, incident())
    with pytest.raises(NotReachable):
        memory.note(NOW, "ada", "hello")
    assert list(state.iterdir()) == []


def test_reading_makes_no_files(tmp_path: Path) -> None:
    memory = Recall(tmp_path / "state")
    assert memory.last_report() is None and memory.open_incidents() == () and memory.find("I1") is None
    assert not (tmp_path / "state").exists()
