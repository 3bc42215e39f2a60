from __future__ import annotations

import asyncio
from typing import Any

import pytest
from starlette.requests import Request

from stillwatch.serve.body import read_body, read_object
from stillwatch.serve.refusal import Refusal


def request(*pieces: bytes, length: bytes | None = None, then: Any = None) -> Request:
    rest = list(pieces)

    async def receive() -> Any:
        if rest:
            return {"type": "http.request", "body": rest.pop(0), "more_body": bool(rest) or then is not None}
        if then == "wait":
            await asyncio.Event().wait()
        return {"type": "http.disconnect"}

    headers = [] if length is None else [(b"content-length", length)]
    return Request({"type": "http", "headers": headers, "method": "POST"}, receive)


async def status(wanted: Any) -> int:
    with pytest.raises(Refusal) as refused:
        await wanted
    return refused.value.status


async def test_a_body_in_pieces() -> None:
    assert await read_object(request(b'{"a"', b": 1}")) == {"a": 1}


async def test_too_much_too_slow_or_gone() -> None:
    assert await status(read_body(request(b"x" * 6, b"x" * 6), limit=10)) == 413
    assert await status(read_body(request(b"x", length=b"11"), limit=10)) == 413
    for odd in (b"-1", b"1e3", b"\xb2", b"9" * 30):
        assert await status(read_body(request(b"x", length=odd))) == 413
    assert await status(read_body(request(b"x", then="wait"), seconds=0.01)) == 408
    assert await status(read_body(request(b"x", then="gone"))) == 400


@pytest.mark.parametrize("body", [b"", b"[]", b"nul", b"{" * 9, b"[" * 10_000, b"\xff", b'{"a": 1} x'])
async def test_what_is_no_object(body: bytes) -> None:
    assert await status(read_object(request(body))) == 400
