from __future__ import annotations

from contextlib import aclosing

from stillwatch.llm.llama_extras import LlamaExtras
from stillwatch.llm.transport import Transport
from stillwatch.records.chat import Message
from tests.support.scripted_llm import ScriptedLLM

ASK = [Message(role="user", content="one two")]


async def test_what_a_llama_server_offers() -> None:
    with ScriptedLLM(context=512) as server, ScriptedLLM(llama=False) as other:
        for url, llama in ((server.url, True), (other.url, False)):
            async with aclosing(Transport(url, "")) as transport:
                extras = LlamaExtras(transport, url)
                assert await extras.context_size() == (512 if llama else 0)
                assert await extras.request_fields() == ({"cache_prompt": True} if llama else {})
                assert (await extras.count("one two") == 2) is llama
                assert await extras.count_messages(ASK) > 2
                assert await extras.health() == ("ready", "answers")


async def test_a_path_that_is_missing_is_asked_for_once() -> None:
    with ScriptedLLM(llama=False) as server:
        async with aclosing(Transport(server.url, "")) as transport:
            extras = LlamaExtras(transport, server.url)
            first = await extras.count("abc")
            assert extras._absent == {"/tokenize"}
        assert await extras.count("abc") == first
