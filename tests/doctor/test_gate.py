"""The doctor on the gate: one thing wrong at a time, and a real gate that answers."""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from stillwatch.admin.suggest import Suggestion
from stillwatch.config import Paths, find_paths
from stillwatch.doctor import gate as doctor_gate
from stillwatch.doctor.gate import could_be_declared, examine_gate, helpers, policy, polkit, standing
from stillwatch.errors import NotReachable
from stillwatch.gate.client import GateRefused
from stillwatch.views.gate import STATUS
from tests.gate.stage import make_gate, places_in, served
from tests.support.gate_answers import whole


@pytest.fixture
def paths(tmp_path: Path) -> Paths:
    return find_paths(None, str(tmp_path / "state"), str(tmp_path / "run"))


@pytest.fixture
def service(paths: Paths, tmp_path: Path) -> Paths:
    return msgspec.structs.replace(paths, trial=False, config_file=tmp_path / "stillwatch.toml")


def answer(monkeypatch: pytest.MonkeyPatch, said: Any) -> None:
    def ask(*_: object, **__: object) -> Any:
        if isinstance(said, BaseException):
            raise said
        return said

    monkeypatch.setattr(doctor_gate, "ask", ask)


def test_a_policy_that_is_not_believed(paths: Paths) -> None:
    found = policy(paths, "", "policy.toml: no")
    assert (found.ok, found.mend) == (False, "stillwatch policy check")


def test_a_policy_that_is_not_in_force(service: Paths) -> None:
    service.policy_file.write_text("")
    assert policy(service, "abc", "").mend == "stillwatch policy apply"
    service.policy_file.with_name("policy.applied").write_text("abc\n")
    assert policy(service, "abc", "").ok
    assert not policy(service, "other", "").ok


def test_a_trial_needs_no_gate_and_a_service_does(paths: Paths, service: Paths) -> None:
    (found,) = standing(paths)
    assert (found.ok, found.mend) == (True, "")
    (found,) = standing(service)
    assert (found.ok, found.mend) == (False, "systemctl restart stillwatch-gate")


def test_a_door_that_is_shut_to_us_is_no_fault(service: Paths, monkeypatch: pytest.MonkeyPatch) -> None:
    error = NotReachable("no")
    error.__cause__ = PermissionError()
    answer(monkeypatch, error)
    assert [found.ok for found in standing(service)] == [True]
    answer(monkeypatch, GateRefused("uid 5 has no business here"))
    assert [found.ok for found in standing(service)] == [True]


@pytest.mark.parametrize(
    ("change", "mend"),
    [
        ({"paused": True}, "stillwatch resume"),
        ({"problem": "not applied"}, "stillwatch policy apply"),
        ({"quarantine": ["web.service"]}, "stillwatch resume web.service"),
    ],
)
def test_what_holds_a_gate_back(
    paths: Paths, monkeypatch: pytest.MonkeyPatch, change: dict[str, object], mend: str
) -> None:
    answer(monkeypatch, whole(STATUS, change))
    assert [found.mend for found in standing(paths) if not found.ok] == [mend]
    answer(monkeypatch, whole(STATUS, {}))
    assert all(found.ok for found in standing(paths))


async def test_a_real_gate_answers(tmp_path: Path) -> None:
    async with served(make_gate(tmp_path, trial_uid=os.getuid()), tmp_path):
        found = await asyncio.to_thread(lambda: list(standing(places_in(tmp_path))))
    assert [finding.topic for finding in found] == ["gate", "autonomy"]


@pytest.fixture
def doors(tmp_path: Path) -> Iterator[Path]:
    listeners = []
    for name in ("look", "peek"):
        listeners.append(socket.socket(socket.AF_UNIX))
        listeners[-1].bind(str(tmp_path / f"{name}.sock"))
    yield tmp_path
    for listener in listeners:
        listener.close()


def test_helpers(doors: Path) -> None:
    assert helpers(doors).mend == "systemctl start stillwatch-act.socket"
    with socket.socket(socket.AF_UNIX) as third:
        third.bind(str(doors / "act.sock"))
        assert helpers(doors).ok


def test_polkit(tmp_path: Path) -> None:
    service, rules = tmp_path / "service", tmp_path / "rules"
    assert [found.mend for found in polkit(service, rules)] == ["apt-get install polkitd"]
    service.write_text("")
    assert [found.mend for found in polkit(service, rules)] == ["stillwatch policy apply"]
    rules.write_text("")
    assert [found.ok for found in polkit(service, rules)] == [True]


def test_suggestions_are_one_line() -> None:
    assert list(could_be_declared([])) == []
    (found,) = could_be_declared([Suggestion(table="timers", fields={"unit": "a.timer"}, why="x")])
    assert found.ok
    assert "a.timer" in found.text


async def test_everything_at_once_in_an_empty_trial(paths: Paths) -> None:
    topics = {finding.topic for finding in await examine_gate(paths, "abc", "", {})}
    assert {"policy", "gate"} <= topics
    assert not paths.state.exists()
