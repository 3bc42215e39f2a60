"""HTTP to one model server: JSON goes out, the bytes of an answer come in.

aiohttp costs a third of a second to import, so nothing pays for it before the first call.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import msgspec

from stillwatch.llm.wire import Babble, read_bounded

if TYPE_CHECKING:
    from aiohttp import ClientSession, StreamReader

CONNECT_SECONDS = 5.0
IDLE_SECONDS = 4.0
"""Less than the 5 s after which llama-server hangs up, so that no request meets a connection that just ended."""
TAIL_SECONDS = 0.1


class Broken(Exception):
    """No connection could be had, or it broke."""


class BadStatus(Exception):
    """An HTTP status other than success. Redirects are among them: nobody may send a prompt or a key elsewhere."""

    def __init__(self, status: int, body: bytes) -> None:
        super().__init__(f"HTTP {status}: {_printable(body.decode(errors='replace'))}")
        self.status, self.body = status, body


class Transport:
    """base_url: with its `/v1`; key: "" for none. No retries and no deadlines of its own: they are the caller's.

    Connections are kept and used again. A loopback address is never asked through a proxy.
    """

    def __init__(self, base_url: str, key: str) -> None:
        self._headers = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {key}"} if key else {})
        self._proxy = _proxy(base_url)
        self._open: ClientSession | None = None

    async def aclose(self) -> None:
        if self._open is not None:
            session, self._open = self._open, None
            await session.close()

    @asynccontextmanager
    async def ask(self, url: str, body: Mapping[str, Any] | None = None) -> AsyncIterator[AsyncIterator[bytes]]:
        """The bytes of the answer to a POST, without a body a GET, as they come. Raises Broken and BadStatus.

        Leaving by an exception or by cancellation closes the connection, which stops the server's work.
        """
        from aiohttp import ClientError

        method, data = ("GET", None) if body is None else ("POST", json.dumps(body).encode())
        asking = self._session().request(method, url, data=data, allow_redirects=False, proxy=self._proxy)
        try:
            async with asking as response:
                if not 200 <= response.status < 300:
                    raise BadStatus(response.status, await read_bounded(response.content.iter_any()))
                yield response.content.iter_any()
                await _rest(response.content)
        except (ClientError, OSError) as error:
            raise Broken(_printable(str(error)) or type(error).__name__) from error

    async def fetch(self, url: str, body: Mapping[str, Any] | None = None) -> Any:
        """The JSON of a small answer. Raises as `ask` does, and Babble for what is none."""
        async with self.ask(url, body) as blocks:
            whole = await read_bounded(blocks)
        try:
            return msgspec.json.decode(whole)
        except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
            raise Babble(f"no JSON: {str(error)[:200]}") from error

    def _session(self) -> ClientSession:
        if self._open is None:
            from aiohttp import ClientSession, ClientTimeout, DummyCookieJar, TCPConnector

            self._open = ClientSession(
                headers=self._headers,
                timeout=ClientTimeout(total=None, sock_connect=CONNECT_SECONDS),
                connector=TCPConnector(limit=0, keepalive_timeout=IDLE_SECONDS),
                cookie_jar=DummyCookieJar(),
            )
        return self._open


async def _rest(content: StreamReader) -> None:
    """After a stream's last event comes the body's end: only a connection that was read to it can be used again."""
    with suppress(TimeoutError):
        async with asyncio.timeout(TAIL_SECONDS):
            while not content.at_eof():
                await content.readany()


def _proxy(url: str) -> str | None:
    parts = urlsplit(url)
    if parts.hostname in ("127.0.0.1", "localhost", "::1") or proxy_bypass(parts.netloc):
        return None
    return getproxies().get(parts.scheme)


def _printable(text: str) -> str:
    return "".join(character if character.isprintable() else " " for character in text[:300])
