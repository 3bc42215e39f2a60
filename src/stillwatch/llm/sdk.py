"""The one place that loads the `openai` package: it costs 0.5 s, so nothing pays for it before the first call."""

from __future__ import annotations

import functools
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from openai import AsyncOpenAI

CONNECT_SECONDS = 5.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Errors:
    """What a call can raise: an HTTP status of 400 and above; everything else that cuts a connection."""

    status: type[Any]
    broken: tuple[type[Exception], ...]


@functools.cache
def errors() -> Errors:
    import openai

    # A body that breaks off while it is read raises the transport's own error; which transport that is depends on the
    # version of openai, which has loaded it.
    loaded = [sys.modules[name] for name in ("httpx", "httpx2") if name in sys.modules]
    transport = tuple(module.HTTPError for module in loaded)
    return Errors(status=openai.APIStatusError, broken=(openai.APIConnectionError, *transport, OSError))


def open_client(base_url: str, key: str) -> AsyncOpenAI:
    """A client without retries of its own; deadlines are the caller's. Loopback never goes through a proxy."""
    import openai

    timeout = openai.Timeout(None, connect=CONNECT_SECONDS)
    loopback = urlsplit(base_url).hostname in ("127.0.0.1", "localhost", "::1")
    return openai.AsyncOpenAI(
        base_url=base_url,
        api_key=key or "none",
        max_retries=0,
        timeout=timeout,
        http_client=openai.DefaultAsyncHttpxClient(trust_env=not loopback, timeout=timeout, follow_redirects=False),
    )
