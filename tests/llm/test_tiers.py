from __future__ import annotations

from pathlib import Path
from typing import Any

from stillwatch.config import Llm, TierConfig
from stillwatch.llm.tiers import chat_models
from stillwatch.records.chat import Answer, Failure, Message
from tests.support.scripted_llm import ScriptedLLM

ASK = [Message(role="user", content="x")]


async def test_a_tier_with_an_address_is_asked_there_with_its_key(tmp_path: Path, clock: Any) -> None:
    key = tmp_path / "key"
    key.write_text("secret\n")
    key.chmod(0o600)
    with ScriptedLLM(key="secret") as server:
        llm = Llm(
            trigger=TierConfig(url=server.url, key_file=str(key), model="m"),
            review=TierConfig(enabled=False),
            meta=TierConfig(url=server.url, key_file=str(tmp_path / "none")),
        )
        models = chat_models(llm, clock)
        assert isinstance(await models["trigger"].chat(ASK), Answer)
        assert server.requests[0].body["model"] == "m"
        assert (await models["review"].health())[0] == "off"
        assert (await models["meta"].health())[0] == "failed"
        for model in models.values():
            await model.aclose()


async def test_without_servers_tiers_are_missing(clock: Any) -> None:
    models = chat_models(Llm(), clock)
    outcome = await models["meta"].chat(ASK)
    assert isinstance(outcome, Failure)
    assert outcome.reason == "off"
    assert (await models["meta"].health())[0] == "missing"
