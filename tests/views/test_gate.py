"""The shapes are those of a real gate: nothing of its answers is lost, and nothing is made up."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path
from typing import Any

import msgspec
import pytest

from stillwatch.errors import NotReachable
from stillwatch.gate.client import say
from stillwatch.views import gate as shapes
from stillwatch.views.gate import EXPLAIN, LIST, PROPOSE, SHOW, STATUS, TurnedDown, Verb
from tests.gate.stage import make_gate, places_in, served

WEB = {"action": "restart_unit", "target": "web.service"}
SAID: tuple[tuple[Verb[Any], dict[str, object]], ...] = (
    (PROPOSE, WEB),
    (PROPOSE, {**WEB, "target": "ssh.service"}),
    (EXPLAIN, WEB),
    (EXPLAIN, {**WEB, "action": "dance"}),
    (LIST, {"state": "all"}),
    (SHOW, {"id": "A-1"}),
    (STATUS, {}),
    (shapes.AUTONOMY, {}),
    (shapes.PAUSE, {}),
    (shapes.RESUME, {}),
    (shapes.UNLOCK, {}),
    (shapes.RELOAD, {}),
    (shapes.ENROLL, {}),
)


async def test_every_field_of_every_answer_is_read(tmp_path: Path) -> None:
    async with served(make_gate(tmp_path, trial_uid=os.getuid()), tmp_path):
        paths = places_in(tmp_path)
        for verb, fields in SAID:
            raw = await asyncio.to_thread(say, paths, verb.name, **fields)
            assert msgspec.to_builtins(verb.read(raw)) == raw, verb.name
        digest = (await asyncio.to_thread(say, paths, "show", id="A-1"))["hash"]
        raw = await asyncio.to_thread(say, paths, "approve", id="A-1", hash=digest)
        assert msgspec.to_builtins(shapes.APPROVE.read(raw)) == raw


def test_a_refused_proposal_has_no_number() -> None:
    refused = {"verdict": "refuse", "rule": "gate", "reason": "no"}
    told = PROPOSE.read({"id": None, "state": "refused", "risk": None, "decision": refused, "outcome": None})
    assert isinstance(told, TurnedDown) and told.decision.reason == "no"


def test_a_gate_of_another_version_is_not_reachable() -> None:
    with pytest.raises(NotReachable):
        LIST.read({"proposals": [{"id": "A-1"}]})
