"""A real small model beside the facts: what it adds stands on evidence, whatever the words of the question.

Temperature 0 and fixed prompts. The model is far smaller than those meant for owners, so its wording is not held; that
nothing it says goes beyond the facts is.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from stillwatch.app import SystemClock
from stillwatch.chat.conversation import Conversation, Desk, Turn
from stillwatch.config import Llm, TierConfig, find_paths
from stillwatch.llm.servers import LlamaServers
from stillwatch.llm.tiers import chat_models
from stillwatch.ports import ChatModel
from stillwatch.records.cause import Cause
from stillwatch.records.incident import Evidence
from stillwatch.records.saying import Citation, Ended, Text
from stillwatch.records.trigger import Severity
from stillwatch.think.talk.phrase import CITED, Style
from tests.serve.scene import ScriptedGate, free_port, known, remember
from tests.support.drawn import drawn
from tests.support.rig import model_dir
from tests.support.shop import MODELS
from tests.think.incidents import evidence, incident
from tests.think.looks import ScriptedLooks

pytestmark = [
    pytest.mark.real_model,
    pytest.mark.timeout(900),
]
WEB = incident(
    cause=Cause(id="port-in-use", object="web.service", text="web.service cannot listen; python3 holds 80 (E1, E2)."),
    summary="web.service: the port 80 is already in use",
    evidence=(
        evidence(1, "bind() to 0.0.0.0:80 failed (98: Address already in use)"),
        evidence(2, "port 80: python3, pid 259, user dev17", kind="look", source="listening_sockets 80"),
    ),
)
DISK = incident(
    id="I2",
    key="host/disk-full//srv",
    subject="/srv",
    severity=Severity.medium,
    summary="/srv: 96 % full",
    cause=Cause(id="disk-full", object="/srv", text="/srv is filled by rotated logs (E1)."),
    evidence=(evidence(1, "/srv is 96 % full, 210 MiB of it rotated logs", kind="metric", source="/srv"),),
)
DOWN = ["why is web down?", "Warum läuft web nicht?", "what happened to web"]
SHORT = Style(max_tokens=80)


@asynccontextmanager
async def small_model(folder: Path) -> AsyncIterator[ChatModel]:
    """The meta tier of the tests, on a server of its own."""
    clock, off = SystemClock(), TierConfig(enabled=False)
    meta = TierConfig(model=str(model_dir() / MODELS["meta"]), port=free_port())
    llm = Llm(trigger=off, review=off, meta=meta)
    async with LlamaServers(llm, find_paths(None, str(folder), str(folder / "run")), clock) as servers:
        assert servers.state("meta")[0] == "ready", servers.state("meta")
        model = chat_models(llm, clock, servers)["meta"]
        yield model
        await model.aclose()


def console(folder: Path, model: ChatModel) -> Conversation:
    looks = ScriptedLooks(unit_status="web.service: failed")
    desk = Desk(
        service=remember(folder / "rooms", WEB, DISK),
        clock=SystemClock(),
        known=known,
        looks=looks,
        writer=lambda: model,
        small=lambda: None,
        gate=ScriptedGate(),
    )
    return Conversation(desk)


async def ask(console: Conversation, question: str) -> tuple[str, Ended, list[Evidence]]:
    events = [event async for event in console.turn(Turn(message=question, style=SHORT))]
    ended = events[-1]
    assert isinstance(ended, Ended)
    cited = [event.evidence for event in events if isinstance(event, Citation)]
    return "".join(event.text for event in events if isinstance(event, Text)), ended, cited


async def test_paraphrases_lead_to_the_same_evidence_and_nothing_goes_beyond_it(tmp_path: Path) -> None:
    async with small_model(tmp_path) as model:
        built = console(tmp_path, model)
        for question in drawn(DOWN, 1):
            text, ended, cited = await ask(built, question)
            assert {one.incident for one in cited if one.incident} == {"I1"}, text
            facts, _, words = text.partition("**Evidence**")[0].partition("\n\n")
            assert "web.service" in facts and (not words.strip() or CITED.search(words)), text
        text, ended, cited = await ask(built, "danke dir")
        assert ended.usage.output_tokens == 0 and cited == [], "thanks cost no model"
