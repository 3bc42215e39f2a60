"""What llama-server offers beyond the OpenAI protocol, asked for once and done without where it is absent."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any, Final

from stillwatch.llm.estimate import tokens_at_most
from stillwatch.llm.transport import BadStatus, Broken, Transport
from stillwatch.llm.wire import Babble
from stillwatch.records.chat import Prompt, TierState

BAD_KEY: Final = "the server refuses the key"
PATIENCE = 5.0
"""Seconds for a side question; the answer to a chat has its own deadline."""
TEMPLATE_TOKENS = 16
"""Over-estimate of what a chat template puts round one message."""


class LlamaExtras:
    """base_url: the one with `/v1`."""

    def __init__(self, transport: Transport, base_url: str) -> None:
        self._transport = transport
        self._base_url, self._root = base_url, base_url.removesuffix("/v1")
        self._absent: set[str] = set()
        self._props: dict[str, Any] | None = None

    async def count(self, text: str, *, special: bool = False) -> int:
        found = await self._ask("/tokenize", {"content": text, "add_special": special, "parse_special": special})
        tokens = found.get("tokens") if found else None
        return len(tokens) if isinstance(tokens, list) else tokens_at_most(text)

    async def count_messages(self, messages: Sequence[Prompt]) -> int:
        body = {"messages": [{"role": message.role, "content": message.content} for message in messages]}
        found = await self._ask("/apply-template", body)
        prompt = found.get("prompt") if found else None
        if isinstance(prompt, str):
            return await self.count(prompt, special=True)
        return sum([await self.count(message.content) + TEMPLATE_TOKENS for message in messages])

    async def context_size(self) -> int:
        """Tokens of one slot's context; 0 where the server does not tell."""
        settings = (await self._properties()).get("default_generation_settings")
        size = settings.get("n_ctx") if isinstance(settings, dict) else None
        return size if isinstance(size, int) and size > 0 else 0

    async def request_fields(self) -> dict[str, Any]:
        """Fields that other servers would refuse."""
        return {"cache_prompt": True} if await self._properties() else {}

    async def health(self) -> tuple[TierState, str]:
        """`missing` where nothing listens, `failed` where something does and does not serve, else `ready`."""
        try:
            async with asyncio.timeout(PATIENCE):
                await self._transport.fetch(f"{self._base_url}/models")
        except BadStatus as error:
            if error.status in (404, 405):
                return "ready", "answers"
            why = {401: BAD_KEY, 403: BAD_KEY, 503: "still loading its model"}
            return "failed", why.get(error.status, f"the server answers HTTP {error.status}")
        except TimeoutError:
            return "failed", f"no answer within {PATIENCE:g} s"
        except Broken:
            return "missing", f"nothing answers on {self._root}"
        except Babble:
            return "failed", "what answers is no model server"
        return "ready", "answers"

    async def _properties(self) -> dict[str, Any]:
        if self._props is None:
            found = await self._ask("/props", None)
            if found is None:
                return {}
            self._props = found
        return self._props

    async def _ask(self, path: str, body: dict[str, Any] | None) -> dict[str, Any] | None:
        """The server's answer; None where it gave none this time, and for good where it has no such path."""
        if path in self._absent:
            return None
        try:
            async with asyncio.timeout(PATIENCE):
                found = await self._transport.fetch(self._root + path, body)
        except BadStatus as error:
            if error.status in (404, 405, 501):
                self._absent.add(path)
            return None
        except (Broken, Babble, TimeoutError):
            return None
        return found if isinstance(found, dict) else None
