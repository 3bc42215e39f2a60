from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from stillwatch.errors import NotReachable, StillwatchError
from stillwatch.records.saying import Ended, Looking, Text
from stillwatch.serve.local.daemon_desk import DaemonDesk, DeskVerbs
from stillwatch.service.through_daemon import ThroughDaemon
from stillwatch.views.gate import LIST, PROPOSE, Verb
from tests.serve.local.test_server import listening
from tests.serve.mcp_entry import desk
from tests.serve.scene import ScriptedGate
from tests.service.test_one_pass import service
from tests.support.gate_answers import kept
from tests.think.looks import ScriptedLooks

READINGS = [(1_000_000.0, 81.5), (1_000_060.0, 82.0)]
WAITS = {"id": "A-18", "state": "waiting"}


@asynccontextmanager
async def opened(folder: Path, **more: Any) -> AsyncIterator[tuple[DaemonDesk, ScriptedGate]]:
    gate = ScriptedGate(propose=WAITS, list={"proposals": [WAITS]}, approve=WAITS)
    known = replace(
        desk(folder),
        gate=gate,
        metrics=lambda: ["disk-used /"],
        samples=lambda metric, since, until: [one for one in READINGS if since <= one[0] < until],
        **more,
    )
    async with listening(known.service, folder, DeskVerbs(desk=known).all()) as path:
        through = ThroughDaemon(service(folder / "other")._parts, path)
        yield DaemonDesk(daemon=through, looks=ScriptedLooks(unit_status="seen in the wrong process")), gate


async def test_looks_readings_and_proposals_come_from_the_daemon(tmp_path: Path) -> None:
    async with opened(tmp_path) as (there, gate):
        seen = await there.look("unit_status", {"unit": "web.service"})
        assert (seen.text, seen.problem, seen.arguments) == ("failed", "", {"unit": "web.service"})
        assert (await there.look("format_disk", {})).problem
        assert await asyncio.to_thread(there.metrics) == ["disk-used /"]
        assert await asyncio.to_thread(there.samples, "disk-used /", 1_000_030.0, 2_000_000.0) == READINGS[1:]
        assert (await there.gate(LIST, state="all")).proposals == [kept(**WAITS)]
        assert await there.gate(PROPOSE, action="restart_unit", target="web.service") == kept(**WAITS)
        assert gate.said[-1] == ("propose", {"action": "restart_unit", "target": "web.service"})
        assert list(there.catalogue()) == ["unit_status"]


async def test_a_turn_of_a_chat_comes_in_pieces(tmp_path: Path) -> None:
    async with opened(tmp_path) as (there, _):
        turn = there.daemon.chat(message="is web.service up?", history=[], may_order=True)
        events = [event async for event in turn]
        assert events[0] == Looking("looking: unit_status") and events[-1] == Ended(by="rule")
        assert any(isinstance(event, Text) for event in events)
        with pytest.raises(StillwatchError):
            [event async for event in there.daemon.chat(message=7)]


@pytest.mark.parametrize("verb", ["approve", "reject", "pause", "resume", "autonomy", ""])
async def test_nothing_else_is_told_to_the_gate(tmp_path: Path, verb: str) -> None:
    async with opened(tmp_path) as (there, gate):
        with pytest.raises(StillwatchError, match="the gate"):
            await there.gate(Verb(verb, dict), id="A-18", code="123456")
        assert gate.said == []


@pytest.mark.parametrize(
    ("verb", "fields"),
    [
        ("look", {}),
        ("look", {"tool": ["unit_status"], "arguments": {}}),
        ("look", {"tool": "unit_status", "arguments": []}),
        ("gate", {"say": "propose", "fields": "all"}),
        ("samples", {"metric": "load", "since": "yesterday", "until": 1}),
        ("samples", {"metric": "load", "since": 1}),
    ],
)
async def test_wrong_fields_are_told(tmp_path: Path, verb: str, fields: dict[str, Any]) -> None:
    async with opened(tmp_path) as (there, gate):
        with pytest.raises(StillwatchError, match="request is"):
            await asyncio.to_thread(lambda: there.daemon.say(verb, dict, **fields))
        assert gate.said == []


async def test_a_gate_that_is_silent_there_is_silent_here(tmp_path: Path) -> None:
    async with opened(tmp_path) as (there, gate):
        gate.replies["list"] = NotReachable("the gate does not answer")
        with pytest.raises(StillwatchError, match="the gate does not answer"):
            await there.gate(LIST)


async def test_a_daemon_that_cannot_look_says_so(tmp_path: Path) -> None:
    async with opened(tmp_path, looks=None) as (there, _):
        with pytest.raises(StillwatchError, match="cannot look"):
            await there.look("unit_status", {})
