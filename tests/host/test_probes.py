from __future__ import annotations

import asyncio
import datetime
import ipaddress
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from stillwatch.host.probes import ask, shown
from stillwatch.tables.declared import Probe

OK = b"HTTP/1.1 200 OK\r\n\r\n"


@asynccontextmanager
async def server(answer: bytes, context: ssl.SSLContext | None = None) -> AsyncIterator[tuple[int, list[bytes]]]:
    heard: list[bytes] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heard.append(await reader.readline())
        writer.write(answer)
        writer.close()

    async with await asyncio.start_server(serve, "127.0.0.1", 0, ssl=context) as running:
        yield running.sockets[0].getsockname()[1], heard


def certified(folder: Path, days: int) -> ssl.SSLContext:
    """A server's context with a certificate for 127.0.0.1 that signed itself: `days` from now it ends."""
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "t")])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=90))
        .not_valid_after(now + datetime.timedelta(days=days, hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), False)
        .add_extension(x509.BasicConstraints(True, None), True)
        .sign(key, hashes.SHA256())
    )
    (folder / "c.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    (folder / "k.pem").write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "c.pem", folder / "k.pem")
    return context


@pytest.mark.parametrize(
    ("answer", "right", "well"),
    [
        (OK, (), True),
        (b"HTTP/1.0 301 Moved\r\n\r\n", (), True),
        (b"HTTP/1.1 503 Service Unavailable\r\n\r\n", (), False),
        (b"HTTP/1.1 503 Service Unavailable\r\n\r\n", (503,), True),
        (OK, (204,), False),
        (b"SSH-2.0-OpenSSH_9.2\r\n", (), False),
        (b"", (), False),
        (b"x" * 100_000, (), False),
    ],
)
async def test_what_is_a_right_answer(answer: bytes, right: tuple[int, ...], well: bool) -> None:
    async with server(answer) as (port, heard):
        told = await ask(Probe(name="t", url=f"http://127.0.0.1:{port}/a b?token=x%20ü", status=right))
    assert bool(told.why) != well and told.cause == "not-answering" and (told.seconds > 0 or not well)
    assert heard == [b"GET /a%20b?token=x%20%C3%BC HTTP/1.1\r\n"]


async def test_a_port_answers_by_taking_the_connection_and_one_that_is_closed_does_not() -> None:
    async with server(OK) as (port, _):
        assert not (await ask(Probe(name="t", url=f"tcp://127.0.0.1:{port}"))).why
    assert (await ask(Probe(name="t", url=f"tcp://127.0.0.1:{port}"))).why
    assert (await ask(Probe(name="t", url="tcp://127.0.0.1:99999"))).why


async def test_who_never_answers_is_waited_for_as_long_as_declared() -> None:
    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    async with await asyncio.start_server(silent, "127.0.0.1", 0) as running:
        port = running.sockets[0].getsockname()[1]
        assert (await ask(Probe(name="t", url=f"http://127.0.0.1:{port}", seconds=0.1))).why


@pytest.mark.parametrize(
    ("days", "trusted", "cause"), [(30, True, ""), (30, False, "certificate-wrong"), (-2, True, "certificate-expired")]
)
async def test_a_certificate_is_judged(tmp_path: Path, days: int, trusted: bool, cause: str) -> None:
    async with server(OK, certified(tmp_path, days)) as (port, _):
        authority = str(tmp_path / "c.pem") if trusted else None
        told = await ask(Probe(name="t", url=f"https://127.0.0.1:{port}/", ca_file=authority))
    assert (told.cause if told.why else "") == cause and (told.ends is None) == bool(cause)


async def test_who_speaks_no_tls_and_a_file_that_is_missing() -> None:
    async with server(OK) as (port, _):
        assert (await ask(Probe(name="t", url=f"https://127.0.0.1:{port}/", seconds=0.3))).why
        assert (await ask(Probe(name="t", url=f"https://127.0.0.1:{port}/", ca_file="/nowhere"))).why


def test_a_secret_in_the_address_is_not_shown() -> None:
    assert shown(Probe(name="t", url="https://h/p?key=s3cret")) == "https://h/p"
