"""Asking what its owner declared: whether it answers, how quickly, and how long its certificate is good."""

from __future__ import annotations

import asyncio
import contextlib
import re
import socket
import ssl
from dataclasses import dataclass
from typing import Final
from urllib.parse import SplitResult, quote, urlsplit

from stillwatch.tables.declared import Probe

_STATUS: Final = re.compile(rb"HTTP/1\.[01] (\d{3})\b")
_LONGEST_LINE: Final = 8192
_RIGHT: Final = range(200, 400)
_EXPIRED: Final = 10
"""X509_V_ERR_CERT_HAS_EXPIRED of OpenSSL's x509_vfy.h."""
_PORTS: Final = {"https": 443, "http": 80}


@dataclass(frozen=True, kw_only=True, slots=True)
class Answered:
    """why: what is not as declared, "" where all is; cause: of the certificate, where that is the reason; seconds: from
    the question to the head of the answer; ends: of the certificate that was shown, None where none was accepted."""

    why: str = ""
    cause: str = "not-answering"
    seconds: float = 0.0
    ends: float | None = None


async def ask(probe: Probe) -> Answered:
    """Once. Never raises for what the other side does."""
    loop = asyncio.get_running_loop()
    began = loop.time()
    try:
        async with asyncio.timeout(probe.seconds):
            why, ends = await _ask(probe, urlsplit(probe.url))
    except ssl.SSLCertVerificationError as error:
        if error.verify_code == _EXPIRED:
            return Answered(why="its certificate has expired", cause="certificate-expired")
        why = f"its certificate is not accepted: {error.verify_message}"
        return Answered(why=why, cause="certificate-wrong")
    except TimeoutError:
        return Answered(why=f"no answer within {probe.seconds:g} s")
    except socket.gaierror:
        return Answered(why="its name cannot be resolved")
    except (OSError, ValueError) as error:
        return Answered(why=_said(error))
    return Answered(why=why, seconds=loop.time() - began, ends=ends)


def shown(probe: Probe) -> str:
    """The address without what may be secret in it."""
    return probe.url.partition("?")[0]


async def _ask(probe: Probe, where: SplitResult) -> tuple[str, float | None]:
    """What is not as declared, and the end of the certificate."""
    context = ssl.create_default_context() if where.scheme == "https" else None
    if context and probe.ca_file:
        context.load_verify_locations(probe.ca_file)
    port = where.port or _PORTS.get(where.scheme, 0)
    reader, writer = await asyncio.open_connection(where.hostname, port, ssl=context, limit=_LONGEST_LINE)
    try:
        if where.scheme == "tcp":
            return "", None
        ends = _ends(writer.get_extra_info("ssl_object")) if context else None
        writer.write(_request(where))
        return _wrong(await reader.readline(), probe.status), ends
    finally:
        writer.close()
        # Whoever cuts the connection off while we say goodbye has answered all the same.
        with contextlib.suppress(OSError, TimeoutError):
            await asyncio.wait_for(writer.wait_closed(), 0.5)


def _request(where: SplitResult) -> bytes:
    path = quote(where.path or "/", safe="/%:@!$&'()*+,;=~-._")
    query = f"?{quote(where.query, safe='/%:@!$&()*+,;=~-._?')}" if where.query else ""
    host = where.netloc.encode("idna").decode("ascii") if not where.netloc.isascii() else where.netloc
    return f"GET {path}{query} HTTP/1.1\r\nHost: {host}\r\nUser-Agent: stillwatch\r\nConnection: close\r\n\r\n".encode()


def _wrong(line: bytes, right: tuple[int, ...]) -> str:
    if not line:
        return "the connection was closed without an answer"
    found = _STATUS.match(line)
    if found is None:
        return "what it answers is not HTTP"
    status = int(found[1])
    return "" if status in (right or _RIGHT) else f"it answers with HTTP status {status}"


def _ends(connection: ssl.SSLObject) -> float | None:
    ends = (connection.getpeercert() or {}).get("notAfter")
    return float(ssl.cert_time_to_seconds(ends)) if isinstance(ends, str) else None


def _said(error: OSError | ValueError) -> str:
    if isinstance(error, ConnectionRefusedError):
        return "the connection is refused"
    if isinstance(error, ssl.SSLError):
        return f"no TLS connection comes about: {error.reason or 'unknown'}"
    return getattr(error, "strerror", None) or "it cannot be asked"
