"""What an owner writes to a real small model: understood whatever the words, and led to the same evidence.

Temperature 0 and fixed prompts. The model is far smaller than those meant for owners, so only what it does reliably is
held; an answer's wording is not.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from stillwatch.app import SystemClock
from stillwatch.chat.conversation import Conversation, Desk, Ended, Turn
from stillwatch.config import Llm, TierConfig, find_places
from stillwatch.llm.servers import LlamaServers
from stillwatch.llm.tiers import chat_models
from stillwatch.ports import ChatModel
from stillwatch.records.cause import Cause
from stillwatch.records.trigger import Severity
from stillwatch.think.talk.converse import Style
from stillwatch.think.talk.intent import Wish, understand
from tests.serve.scene import ScriptedGate, free_port, known, remember
from tests.support.rig import model_dir
from tests.support.shop import MODELS
from tests.think.incidents import evidence, incident
from tests.think.looks import ScriptedLooks

pytestmark = [
    pytest.mark.real_model,
    pytest.mark.timeout(900),
]
NOW = 1_000_000.0
WEB = incident(
    cause=Cause(id="port-in-use", object="web.service", text="web.service cannot listen; python3 holds 80 (E1, E2)."),
    summary="web.service: the port 80 is already in use",
    evidence=(
        evidence(1, "bind() to 0.0.0.0:80 failed (98: Address already in use)"),
        evidence(2, "port 80: python3, pid 259, user dev17", kind="look", source="listening_sockets 80"),
    ),
)
MAIL = incident(
    id="I2",
    key="host/disk-full//srv",
    subject="/srv",
    severity=Severity.medium,
    summary="/srv: 96 % full",
    cause=Cause(id="disk-full", object="/srv", text="/srv is filled by rotated logs (E1)."),
    evidence=(evidence(1, "/srv is 96 % full, 210 MiB of it rotated logs", kind="metric", source="/srv"),),
)
ABOUT = {
    "fault": ["what's wrong?", "What is broken here?", "was ist los?", "wtf happened to my server", "web broken why"],
    "load": ["why is web slow?", "Weshalb ist web so langsam?", "what makes this machine so busy"],
    "changes": ["what changed since yesterday?", "Was hat sich seit gestern geändert?", "recent changes?"],
}
"""Questions, by what they are about."""
WANTS = {
    "fix": ["fix it", "please repair this", "mach das wieder heil", "just fix the damn thing"],
    "undo": ["undo the last change", "revert that", "mach die letzte Änderung rückgängig"],
    "consent": ["yes", "einverstanden"],
    "social": ["hi", "thanks!", "danke dir"],
}
DOWN = ["why is web down?", "Warum läuft web nicht?", "what happened to web"]
SHORT = Style(max_tokens=80)


@asynccontextmanager
async def small_model(folder: Path) -> AsyncIterator[ChatModel]:
    """The meta tier of the tests, on a server of its own."""
    clock, off = SystemClock(), TierConfig(enabled=False)
    meta = TierConfig(model=str(model_dir() / MODELS["meta"]), port=free_port())
    llm = Llm(trigger=off, review=off, meta=meta)
    async with LlamaServers(llm, find_places(None, str(folder), str(folder / "run")), clock) as servers:
        assert servers.state("meta")[0] == "ready", servers.state("meta")
        model = chat_models(llm, clock, servers)["meta"]
        yield model
        await model.aclose()


async def wish(model: ChatModel, words: str) -> Wish:
    found = await understand(model, words, [], [WEB, MAIL], now=NOW, deadline=120)
    assert isinstance(found, Wish), found
    return found


async def test_what_is_wanted_is_understood_whatever_the_words(tmp_path: Path) -> None:
    wrong = []
    async with small_model(tmp_path) as model:
        for about, questions in ABOUT.items():
            found = {question: await wish(model, question) for question in questions}
            wrong += [(q, one) for q, one in found.items() if (one.kind, one.about) != ("answer", about)]
        for kind, sentences in WANTS.items():
            found = {sentence: await wish(model, sentence) for sentence in sentences}
            wrong += [(s, one) for s, one in found.items() if one.kind != kind]
        for sentence in ("mute this till Monday", "Bis Montag nichts mehr davon"):
            quiet = await wish(model, sentence)
            wrong += [] if quiet.kind == "mute" and quiet.hours > 24 else [(sentence, quiet)]
        again = await wish(model, "what's wrong?")
    assert wrong == []
    assert again.usage.cached_tokens > 0.8 * again.usage.prompt_tokens, "what repeats comes first"


def console(folder: Path, model: ChatModel) -> Conversation:
    looks = ScriptedLooks(unit_status="web.service: failed", recent_changes="2.0 h ago: /etc/web.conf changed")
    desk = Desk(
        service=remember(folder / "rooms", WEB, MAIL),
        clock=SystemClock(),
        known=known,
        looks=looks,
        writer=lambda: model,
        small=lambda: None,
        gate=ScriptedGate(),
    )
    return Conversation(desk)


async def ask(console: Conversation, question: str) -> tuple[str, Ended, list[str]]:
    said, looked = list[str](), list[str]()
    ended = await console.turn(Turn(message=question, style=SHORT), said.append, looked.append)
    return "".join(said), ended, looked


async def test_paraphrases_lead_to_the_same_evidence_and_changes_to_the_look_that_shows_them(tmp_path: Path) -> None:
    async with small_model(tmp_path) as model:
        built = console(tmp_path, model)
        for question in DOWN:
            text, ended, _ = await ask(built, question)
            assert ended.by == "meta" and ended.evidence, text
            assert {one.incident for one in ended.evidence if one.incident} == {"I1"}, text
            assert all(f"[{one.id}]" in text for one in ended.evidence)
        text, ended, looked = await ask(built, "what changed since yesterday?")
        assert "looking: recent_changes" in looked and ended.by == "meta", text
        text, ended, looked = await ask(built, "danke dir")
        assert looked == [] and ended.usage.output_tokens <= 40 and ended.evidence == (), "it costs one small call"
