from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx2
import pytest

from stillwatch.errors import NotReachable
from stillwatch.store.store import Store
from tests.scripted_llm import ScriptedLLM
from tests.serve.scene import FAILED, Scene, ScriptedGate, script, serving
from tests.think.incidents import incident

WAITING = {
    "id": "A-17",
    "action": "restart_unit",
    "target": "web.service",
    "risk": "low",
    "shown": {"does": "restarts it"},
}


@pytest.fixture
async def scene(tmp_path: Path) -> AsyncIterator[Scene]:
    gate = ScriptedGate(list={"proposals": [WAITING]})
    with ScriptedLLM(script()) as upstream:
        async with serving(tmp_path, upstream, incident(**FAILED), gate=gate) as running:
            yield running


async def get(scene: Scene, path: str) -> httpx2.Response:
    async with httpx2.AsyncClient(headers=scene.headers(scene.reader)) as http:
        return await http.get(f"{scene.root}{path}")


async def test_status_and_incidents_are_what_is_known(scene: Scene) -> None:
    status = (await get(scene, "/api/status")).json()
    assert status["status"] == "attention" and status["sources"] == [{"name": "journal", "read": True, "problem": None}]
    (listed,) = (await get(scene, "/api/incidents")).json()["incidents"]
    one = (await get(scene, f"/api/incidents/{listed['id']}")).json()
    assert one["evidence"][0]["text"] == "bind() failed (98: Address already in use)" and one["history"] == []
    for wrong in ("/api/incidents/I99", "/api/incidents/..%2f", "/api/incidents/%00", "/api/nothing"):
        assert (await get(scene, wrong)).status_code == 404


async def test_approvals_are_listed_and_nothing_approves_them(scene: Scene) -> None:
    assert (await get(scene, "/api/approvals")).json()["approvals"][0]["id"] == "A-17"
    assert (await get(scene, "/api/approvals?state=odd")).status_code == 400
    async with httpx2.AsyncClient(headers=scene.headers()) as http:
        for method in ("POST", "PUT", "DELETE", "PATCH"):
            assert (await http.request(method, f"{scene.root}/api/approvals")).status_code == 405
            assert (await http.request(method, f"{scene.root}/api/approvals/A-17")).status_code == 404


async def test_a_gate_that_is_away_is_503(tmp_path: Path) -> None:
    gate = ScriptedGate(list=NotReachable("no socket"))
    with ScriptedLLM(script()) as upstream:
        async with serving(tmp_path, upstream, gate=gate) as scene:
            assert (await get(scene, "/api/approvals")).status_code == 503


async def test_events_come_as_they_happen(scene: Scene, tmp_path: Path) -> None:
    async with (
        httpx2.AsyncClient(headers=scene.headers(scene.reader), timeout=10) as http,
        http.stream("GET", f"{scene.root}/api/events") as reply,
    ):
        lines = reply.aiter_lines()
        first = await anext(line async for line in lines if line.startswith("data:"))
        assert json.loads(first[5:])["id"] == "I1"
        store = Store.open(tmp_path / "state")
        store.book.save(replace(incident(), state="resolved"))
        store.close()
        async with asyncio.timeout(5):
            assert "event: over" in [line async for line in _until(lines, "event: over")]


async def _until(lines: Any, wanted: str) -> AsyncIterator[str]:
    async for line in lines:
        yield line
        if line == wanted:
            return


async def test_metrics(tmp_path: Path) -> None:
    with ScriptedLLM(script()) as upstream:
        async with serving(tmp_path, upstream) as scene:
            object.__setattr__(scene.desk, "metrics", lambda: ["load"])
            object.__setattr__(
                scene.desk, "samples", lambda metric, since, until: [(since + 1, 0.5), (until - 1, float("nan"))]
            )
            assert (await get(scene, "/api/metrics")).json() == {"metrics": ["load"]}
            found = (await get(scene, "/api/metrics?metric=load&since=0&until=100")).json()
            assert (
                found["readings"][0] == {"at": "1970-01-01T00:00:01.000Z", "value": 0.5}
                and found["readings"][1]["value"] is None
            )
            for wrong, status in (
                ("metric=x", 404),
                ("metric=load&since=x", 400),
                ("metric=load&since=nan", 400),
                ("metric=load&until=1e99", 400),
            ):
                assert (await get(scene, f"/api/metrics?{wrong}")).status_code == status
