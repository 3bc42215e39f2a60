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
from stillwatch.records.incident import Step
from stillwatch.serve.api import endpoints
from stillwatch.serve.http.guard import Guard
from stillwatch.serve.http.sessions import MOST_SESSIONS
from stillwatch.store.store import FILE_NAME, Store
from tests.serve.scene import FAILED, Scene, ScriptedGate, script, serving
from tests.support.scripted_llm import ScriptedLLM
from tests.think.incidents import incident

pytestmark = pytest.mark.process

WAITING = {
    "id": "A-17",
    "state": "waiting",
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
    async with httpx2.AsyncClient(timeout=60, headers=scene.headers(scene.reader)) as http:
        return await http.get(f"{scene.root}{path}")


async def test_status_and_incidents_are_what_is_known(scene: Scene) -> None:
    status = (await get(scene, "/api/status")).json()
    assert status["status"] == "attention" and status["sources"] == [
        {"name": "journal", "read": True, "problem": None, "watched": None}
    ]
    (listed,) = (await get(scene, "/api/incidents")).json()["incidents"]
    one = (await get(scene, f"/api/incidents/{listed['id']}")).json()
    assert one["evidence"][0]["text"].startswith("bind() failed (98") and one["history"] == []
    for wrong in ("/api/incidents/I99", "/api/incidents/..%2f", "/api/incidents/%00", "/api/nothing"):
        assert (await get(scene, wrong)).status_code == 404


async def test_approvals_are_listed_and_nothing_approves_them(scene: Scene) -> None:
    assert (await get(scene, "/api/approvals")).json()["approvals"][0]["id"] == "A-17"
    assert (await get(scene, "/api/approvals?state=odd")).status_code == 400
    async with httpx2.AsyncClient(timeout=60, headers=scene.headers()) as http:
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
        first, snapshot = [await anext(line async for line in lines if line.startswith("data:")) for _ in range(2)]
        assert json.loads(first[5:])["id"] == "I1" and json.loads(snapshot[5:]) == {"open": ["I1"]}
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


async def test_a_stream_that_was_cut_begins_with_all_that_is_open(scene: Scene, tmp_path: Path) -> None:
    async def heard() -> list[tuple[str, object]]:
        found = list[tuple[str, object]]()
        async with (
            httpx2.AsyncClient(headers=scene.headers(scene.reader), timeout=10) as http,
            http.stream("GET", f"{scene.root}/api/events", headers={"Last-Event-ID": "I1"}) as reply,
        ):
            assert reply.headers["content-type"].startswith("text/event-stream")
            event = ""
            async for line in reply.aiter_lines():
                event = line[7:] if line.startswith("event: ") else event
                if line.startswith("data: "):
                    value = json.loads(line[6:])
                    found.append((event, value.get("id") or value["open"]))
                if event == "snapshot" and not line:
                    break
        return found

    assert await heard() == [("incident", "I1"), ("snapshot", ["I1"])]
    store = Store.open(tmp_path / "state")
    store.book.save(replace(incident(), state="resolved"))
    store.book.save(replace(incident(), id="I2", key="other"))
    store.close()
    async with asyncio.timeout(5):
        while (now := await heard()) != [("incident", "I2"), ("snapshot", ["I2"])]:
            assert now[-1] == ("snapshot", ["I1"]), "what was read a moment ago serves all streams"


async def test_the_head_alone_of_the_events_has_an_end(scene: Scene) -> None:
    async with httpx2.AsyncClient(headers=scene.headers(scene.reader), timeout=5) as http:
        for _ in range(2):
            reply = await http.head(f"{scene.root}/api/events")
            assert reply.status_code == 200 and reply.headers["content-type"].startswith("text/event-stream")


def logged_in(scene: Scene) -> dict[str, str]:
    assert isinstance(scene.app, Guard)
    secret = scene.app.sessions.enter(scene.app.sessions.link().removeprefix("/open/"))
    return {"Cookie": f"stillwatch={secret}"}


@pytest.mark.parametrize("by", ["key", "session"])
async def test_r24_the_events_end_with_the_key_or_the_session(
    scene: Scene, by: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(endpoints, "EVENT_SECONDS", 0.01)
    key = scene.keys.who(scene.reader)
    assert key is not None
    headers = scene.headers(scene.reader) if by == "key" else logged_in(scene)
    async with (
        httpx2.AsyncClient(headers=headers, timeout=20) as http,
        http.stream("GET", f"{scene.root}/api/events") as reply,
    ):
        async for line in reply.aiter_lines():  # until it ends
            if line != "event: snapshot":
                continue
            if by == "key":
                scene.keys.revoke(key.id)
            for _ in range(MOST_SESSIONS if by == "session" else 0):
                logged_in(scene)  # the oldest goes
    async with httpx2.AsyncClient(timeout=60, headers=headers) as http:
        assert (await http.get(f"{scene.root}/api/events")).status_code == 401


async def test_all_incidents_by_the_page(scene: Scene, tmp_path: Path) -> None:
    store = Store.open(tmp_path / "state")
    for number in range(2, 8):
        store.book.save(replace(incident(), id=f"I{number}", key=f"k{number}", state="resolved"))
    store.close()
    (only,) = (await get(scene, "/api/incidents?state=open")).json()["incidents"]
    assert only["id"] == "I1"
    seen, path = list[list[str]](), "/api/incidents?state=all&limit=3"
    while True:
        page = (await get(scene, path + (f"&before={seen[-1][-1]}" if seen else ""))).json()
        seen.append([one["id"] for one in page["incidents"]])
        assert page["next"] == (seen[-1][-1] if len(seen) < 3 else None)
        if page["next"] is None:
            break
    assert seen == [["I7", "I6", "I5"], ["I4", "I3", "I2"], ["I1"]]
    everything = (await get(scene, "/api/incidents?state=all")).json()
    assert len(everything["incidents"]) == 7 and everything["next"] is None
    for wrong in ("state=odd", "state=all&limit=0", "state=all&limit=51", "state=all&limit=²", "state=all&before=x"):
        assert (await get(scene, f"/api/incidents?{wrong}")).status_code == 400, wrong
    assert (await get(scene, "/api/incidents?state=all&before=i2")).json()["incidents"][0]["id"] == "I1"


async def test_an_incident_has_its_history(scene: Scene, tmp_path: Path) -> None:
    store = Store.open(tmp_path / "state")
    store.book.save(replace(incident(), history=(Step(at=1e9, by="rule", text="seen"),)))
    store.close()
    one = (await get(scene, "/api/incidents/I1")).json()
    assert one["history"] == [{"at": "2001-09-09T01:46:40.000Z", "by": "rule", "text": "seen"}]


async def test_a_store_that_cannot_be_read_is_503_and_says_so(scene: Scene, tmp_path: Path) -> None:
    file = tmp_path / "state" / FILE_NAME
    file.write_bytes(b"no database" * 1_000)
    for path in ("/api/incidents", "/api/incidents?state=all", "/api/incidents/I1", "/api/status", "/"):
        async with httpx2.AsyncClient(timeout=60, headers=scene.headers(scene.reader)) as http:
            reply = await http.get(f"{scene.root}{path}")
        assert reply.status_code == 503 and "damaged" in reply.json()["error"]["message"], path


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
