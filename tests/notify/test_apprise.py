from __future__ import annotations

import http.server
import json
import logging
import socket
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from stillwatch.config import Notify
from stillwatch.notify.apprise import NO_ANSWER, AppriseChannel, Delivery, all_urls, channels
from stillwatch.untrusted import for_notice
from stillwatch.untrusted.for_notice import BODY_CHARACTERS, TITLE_CHARACTERS


class Receiver:
    """A real HTTP server that keeps what Apprise posts to it."""

    def __init__(self, status: int = 200) -> None:
        self.got: list[dict[str, Any]] = []
        got = self.got

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                got.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
                self.send_response(status)
                self.end_headers()

            def log_message(self, *_: object) -> None: ...

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True).start()

    @property
    def url(self) -> str:
        return f"json://127.0.0.1:{self.server.server_address[1]}/"

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    here = Receiver()
    yield here
    here.close()


async def test_title_and_body_arrive(receiver: Receiver) -> None:
    await AppriseChannel(receiver.url, 1).send("web: nginx failed – opened", "I1: the port is taken")
    (got,) = receiver.got
    assert (got["title"], got["message"]) == ("web: nginx failed – opened", "I1: the port is taken")


async def test_secrets_and_control_characters_stay_here(receiver: Receiver) -> None:
    token = "ghp_" + "a1B2" * 9
    body = f"I1: login with password=hunter2 \x1b[31mfailed\x07 for {token}\u202e"
    await AppriseChannel(receiver.url, 1).send(for_notice.title(f"api_key={token}"), for_notice.body(body))
    (got,) = receiver.got
    everything = json.dumps(got, ensure_ascii=False)
    assert "hunter2" not in everything and token not in everything and "[redacted" in everything
    assert not any(character in got["message"] for character in "\x1b\x07\u202e")
    assert "failed" in got["message"]


async def test_what_leaves_is_bounded(receiver: Receiver) -> None:
    await AppriseChannel(receiver.url, 1).send(for_notice.title("word " * 1000), for_notice.body("word " * 100_000))
    (got,) = receiver.got
    assert len(got["title"]) <= TITLE_CHARACTERS and len(got["message"]) <= BODY_CHARACTERS


def dead_url() -> str:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return f"json://user:s3cretword@127.0.0.1:{probe.getsockname()[1]}/"


async def test_a_dead_url_may_come_back_and_its_password_is_not_logged(caplog: pytest.LogCaptureFixture) -> None:
    channel = AppriseChannel(dead_url(), 3)
    with caplog.at_level(logging.DEBUG):
        assert await channel.send("title", "body") == Delivery(sent=False, why=NO_ANSWER)
    assert "s3cretword" not in caplog.text + channel.name and "entry 3 (json)" in channel.name


@pytest.mark.parametrize(
    ("status", "lasting"), [(401, True), (403, True), (404, True), (429, False), (500, False), (503, False)]
)
async def test_a_refusal_lasts_and_a_broken_server_does_not(status: int, lasting: bool) -> None:
    receiver = Receiver(status=status)
    delivery = await AppriseChannel(receiver.url, 1).send("title", "body")
    receiver.close()
    assert len(receiver.got) == 1
    assert (delivery.sent, delivery.lasting) == (False, lasting) and str(status) in delivery.why


async def test_a_url_that_is_none_fails_for_good() -> None:
    for url in ("no such://thing", "", "mailto", "x" * 400):
        delivery = await AppriseChannel(url, 1).send("title", "body")
        assert delivery.lasting and not delivery.sent


async def test_a_plugin_that_raises_does_not_reach_us(monkeypatch: pytest.MonkeyPatch, receiver: Receiver) -> None:
    import apprise

    async def broken(*_: object, **__: object) -> bool:
        raise RuntimeError("a plugin's bug")

    monkeypatch.setattr(apprise.Apprise, "async_notify", broken)
    assert (await AppriseChannel(receiver.url, 1).send("title", "body")).lasting
    assert receiver.got == []


def test_each_url_is_a_channel() -> None:
    assert [channel.name for channel in channels(["json://a/", "ntfy://b/c"])] == [
        "[notify] urls, entry 1 (json)",
        "[notify] urls, entry 2 (ntfy)",
    ]


def test_urls_of_a_file_come_after_those_of_the_configuration(tmp_path: Path) -> None:
    file = tmp_path / "urls"
    file.write_text("json://a/\n")
    file.chmod(0o600)
    assert all_urls(Notify(urls=("json://x/",), urls_file=str(file))) == ("json://x/", "json://a/")
    assert all_urls(Notify()) == ()
