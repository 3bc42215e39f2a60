"""The body of a request: at most 1 MiB, there within seconds, and JSON."""

from __future__ import annotations

import asyncio

import msgspec
from starlette.requests import ClientDisconnect, Request

from stillwatch.serve.http.refusal import Refusal, bad

MAX_BYTES = 1 << 20
SECONDS = 15.0


async def read_body(request: Request, limit: int = MAX_BYTES, seconds: float = SECONDS) -> bytes:
    """Raises Refusal: 415 for a compressed one, 413 beyond `limit` bytes, 408 when it is not there within `seconds`."""
    if request.headers.get("content-encoding", "identity").casefold() != "identity":
        raise Refusal(415, "bodies are taken as they are, not compressed", code="body_compressed")
    length = request.headers.get("content-length", "0")
    if not length.isdecimal() or len(length) > 12 or int(length) > limit:
        raise _too_large(limit)
    body = bytearray()
    try:
        async with asyncio.timeout(seconds):
            async for piece in request.stream():
                body += piece
                if len(body) > limit:
                    raise _too_large(limit)
    except TimeoutError as error:
        raise Refusal(408, f"the body was not there within {seconds:g} s", code="request_timeout") from error
    except ClientDisconnect as error:
        raise bad("the client went away") from error
    return bytes(body)


async def read_object(request: Request) -> dict[str, object]:
    """The body as a JSON object. Raises Refusal (400) for anything else."""
    body = await read_body(request)
    try:
        value = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
        raise bad(f"the body is no JSON: {str(error)[:200]}") from error
    if not isinstance(value, dict):
        raise bad("the body must be a JSON object")
    return value


def _too_large(limit: int) -> Refusal:
    return Refusal(413, f"a body has at most {limit} bytes", code="body_too_large")
