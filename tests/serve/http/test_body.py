from __future__ import annotations

import asyncio
from typing import Any

import pytest
from starlette.requests import Request

from stillwatch.serve.http.body import read_body, read_object
from stillwatch.serve.http.refusal import Refusal


def request(*pieces: bytes, length: bytes | None = None, then: Any = None, coding: bytes = b"identity") -> Request:
    rest = list(pieces)

    async def receive() -> Any:
        if rest:
            return {"type": "http.request", "body": rest.pop(0), "more_body": bool(rest) or then is not None}
        if then == "wait":
            await asyncio.Event().wait()
        return {"type": "http.disconnect"}

    headers = [(b"content-encoding", coding)]
    if length is not None:
        headers.append((b"content-length", length))
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


@pytest.mark.parametrize("coding", [b"gzip", b"br", b"zstd", b"deflate", b"identity, gzip", b"", b"odd"])
async def test_a_compressed_body_is_not_unpacked(coding: bytes) -> None:
    assert await status(read_body(request(b"{}", coding=coding))) == 415
    assert await read_body(request(b"{}", coding=b"Identity")) == b"{}"


ODD = [
    *(b"", b"[]", b"nul", b"{" * 9, b"[" * 10_000, b'{"a":' * 100_000, b"\xff", b'{"a": 1} x', b"\x00", b"{}\x00"),
    *(
        b'{"a": "\xed\xa0\x80"}',
        b'{"a": "\\ud800"}',
        b'{"\\udfff": 1}',
        b'{"a": "\xc0\xaf"}',
        b"\xef\xbb\xbf{}",
        b"\xfe\xff\x00{",
    ),
    *(
        b'{"a": NaN}',
        b'{"a": Infinity}',
        b'{"a": 01}',
        b'{"a": +1}',
        b'{"a": 1e400}',
        b"{'a': 1}",
        b'{"a": 1,}',
        b"// x\n{}",
    ),
    *(b'{"a": "\n"}', b"1", b'"x"', b"true", b"null", b'{"a": "\x1f"}', b'{"a": ' + b"9" * 5_000 + b"}"),
]


@pytest.mark.parametrize("body", ODD)
async def test_what_is_no_object(body: bytes) -> None:
    assert await status(read_object(request(body))) == 400


@pytest.mark.parametrize(
    "body", [b'{"a": 1, "a": 2}', b'{"a": ' + b"9" * 300 + b"}", b'{"a": ' + b"[" * 500 + b"]" * 500 + b"}"]
)
async def test_what_is_odd_and_one_all_the_same(body: bytes) -> None:
    """A name that comes twice means its last value, as in other readers of JSON."""
    assert "a" in await read_object(request(body))
