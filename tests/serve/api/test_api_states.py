"""Steps in any order: keys come and go, incidents open and end, the gate and the store fall away and come back.

After each step every operation is asked with every key there ever was, and answers what the state of things calls for.
"""

from __future__ import annotations

import tempfile
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

import hypothesis
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from stillwatch.errors import NotReachable
from stillwatch.serve.http.keys import FILE_NAME as KEY_FILE
from stillwatch.store.store import Store
from tests.serve.api.test_endpoints import WAITING
from tests.serve.api.test_openapi import DOCUMENT, check, opened
from tests.serve.asgi import Answer, ask
from tests.serve.scene import ScriptedGate
from tests.think.incidents import incident

ASKED = [
    *("/v1/models", "/v1/models/stillwatch", "/api/status", "/api/incidents", "/api/incidents?state=all&limit=2"),
    *(
        "/api/incidents/I1",
        "/api/incidents/I3",
        "/api/approvals",
        "/api/metrics",
        "/metrics",
        "/api/events",
        "/",
        "/openapi.json",
    ),
]
CHAT = b'{"model": "stillwatch", "messages": [{"role": "user", "content": "reject A-17"}]}'


def template(path: str) -> str:
    path = path.partition("?")[0]
    for shape in DOCUMENT["paths"]:
        front, brace, _ = shape.partition("{")
        if path == shape or (brace and path.startswith(front)):
            return str(shape)
    raise AssertionError(path)


class Steps(RuleBasedStateMachine):
    keys = Bundle("keys")

    def __init__(self) -> None:
        super().__init__()
        self.stack = ExitStack()
        folder = Path(self.stack.enter_context(tempfile.TemporaryDirectory()))
        self.folder = folder
        self.scene, self.runner = self.stack.enter_context(opened(folder))
        self.gate: ScriptedGate = self.scene.desk.gate  # type: ignore[assignment]
        self.valid = {self.scene.key: "chat", self.scene.reader: "read"}
        self.states = {"I1": "open"}
        self.readable = self.there = True

    def teardown(self) -> None:
        self.stack.close()

    @rule(target=keys, scope=st.sampled_from(["read", "chat"]))
    def create(self, scope: Any) -> str:
        if not self.readable:
            return "none"
        _, key = self.scene.keys.create(scope, 0.0)
        self.valid[key] = scope
        return key

    @rule(key=keys)
    def revoke(self, key: str) -> None:
        if self.readable and (found := self.scene.keys.who(key)):
            self.scene.keys.revoke(found.id)
            del self.valid[key]

    @rule(name=st.sampled_from(["I1", "I2", "I3"]), state=st.sampled_from(["open", "muted", "resolved", "waiting"]))
    def sees(self, name: str, state: Any) -> None:
        store = Store.open(self.folder / "state")
        store.book.save(replace(incident(), id=name, key=name, state=state))
        store.close()
        self.states[name] = state

    @rule(there=st.booleans())
    def gate_falls_away(self, there: bool) -> None:
        self.there = there
        self.gate.replies["list"] = {"proposals": [WAITING]} if there else NotReachable("no socket")

    @rule(readable=st.booleans())
    def keys_are_damaged(self, readable: bool) -> None:
        file, kept = self.folder / KEY_FILE, self.folder / "kept"
        if readable != self.readable:
            file.rename(kept) if not readable else kept.replace(file)
        if not readable:
            file.write_bytes(b"[{")
        self.readable = readable

    @rule(key=keys)
    def asks(self, key: str) -> None:
        for path in ASKED:
            self._holds(path, key, self._ask("GET", path, key))
        answer = self._ask("POST", "/v1/chat/completions", key, CHAT)
        if self._refused(key, answer):
            return
        assert answer.status == (200 if self.valid[key] == "chat" else 403)

    @invariant()
    def a_stranger_gets_nothing(self) -> None:
        assert self._ask("GET", "/api/incidents", "").status == 401
        assert self._ask("GET", "/health", "").status == 200

    def _ask(self, method: str, path: str, key: str, body: bytes = b"") -> Answer:
        headers = [("Authorization", f"Bearer {key}")] if key else []
        return self.runner.run(ask(self.scene.app, method, path, headers, body))

    def _refused(self, key: str, answer: Answer) -> bool:
        expected = 503 if not self.readable else 401 if key not in self.valid else None
        assert expected in (None, answer.status), answer
        return expected is not None

    def _holds(self, path: str, key: str, answer: Answer) -> None:
        if self._refused(key, answer):
            return
        if path == "/api/approvals" and not self.there:
            assert answer.status == 503 and answer.json()["error"]["code"] == "no_gate"
            return
        name = path.rpartition("/")[2]
        if name.startswith("I") and name not in self.states:
            assert answer.status == 404
        else:
            assert answer.status == 200
        check("GET", template(path), self.valid[key], answer)
        if path == "/api/incidents":
            alive = {name for name, state in self.states.items() if state != "resolved"}
            assert {one["id"] for one in answer.json()["incidents"]} == alive


@pytest.mark.process
@pytest.mark.process
@pytest.mark.parametrize("runs", [15, pytest.param(500, marks=pytest.mark.soak)])
@pytest.mark.timeout(3_600)
def test_steps_in_any_order(seed: int, runs: int) -> None:
    run_state_machine_as_test(
        hypothesis.seed(seed)(Steps),
        settings=settings(
            max_examples=runs,
            stateful_step_count=25,
            database=None,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
