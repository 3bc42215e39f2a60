from __future__ import annotations

import http.server
import json
import logging
import socket
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from stillwatch.notify.apprise import BODY_CHARACTERS, TITLE_CHARACTERS, AppriseNotifier


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
    await AppriseNotifier([receiver.url]).tell("web: nginx failed – opened", "I1: the port is taken")
    (got,) = receiver.got
    assert (got["title"], got["message"]) == ("web: nginx failed – opened", "I1: the port is taken")


async def test_secrets_and_control_characters_stay_here(receiver: Receiver) -> None:
    token = "ghp_" + "a1B2" * 9
    body = f"I1: login with password=hunter2 \x1b[31mfailed\x07 for {token}\u202e"
    await AppriseNotifier([receiver.url]).tell(f"api_key={token}", body)
    (got,) = receiver.got
    everything = json.dumps(got, ensure_ascii=False)
    assert "hunter2" not in everything and token not in everything and "[redacted" in everything
    assert not any(character in got["message"] for character in "\x1b\x07\u202e")
    assert "failed" in got["message"]


async def test_what_leaves_is_bounded(receiver: Receiver) -> None:
    await AppriseNotifier([receiver.url]).tell("word " * 1000, "word " * 100_000)
    (got,) = receiver.got
    assert len(got["title"]) <= TITLE_CHARACTERS and len(got["message"]) <= BODY_CHARACTERS


async def test_every_url_gets_it_though_one_is_dead(receiver: Receiver, caplog: pytest.LogCaptureFixture) -> None:
    await AppriseNotifier([dead_url(), receiver.url, "no such://thing"]).tell("title", "body")
    assert len(receiver.got) == 1
    said = [record.message for record in caplog.records if record.name.startswith("stillwatch")]
    assert any("not understood" in line for line in said) and any("could not be delivered" in line for line in said)


def dead_url() -> str:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return f"json://user:s3cretword@127.0.0.1:{probe.getsockname()[1]}/"


async def test_a_dead_url_does_not_raise_and_its_password_is_not_logged(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG, logger="stillwatch"):
        await AppriseNotifier([dead_url()]).tell("title", "body")
    ours = [record.message for record in caplog.records if record.name.startswith("stillwatch")]
    assert ours == ["a notification could not be delivered"]
    assert "s3cretword" not in " ".join(record.message for record in caplog.records if record.levelno >= logging.INFO)


async def test_a_receiver_that_refuses_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    receiver = Receiver(status=500)
    await AppriseNotifier([receiver.url]).tell("title", "body")
    receiver.close()
    assert len(receiver.got) == 1 and "could not be delivered" in caplog.text


async def test_a_plugin_that_raises_does_not_reach_us(monkeypatch: pytest.MonkeyPatch, receiver: Receiver) -> None:
    import apprise

    async def broken(*_: object, **__: object) -> bool:
        raise RuntimeError("a plugin's bug")

    monkeypatch.setattr(apprise.Apprise, "async_notify", broken)
    await AppriseNotifier([receiver.url]).tell("title", "body")
    assert receiver.got == []


async def test_without_urls_nothing_is_loaded_or_logged(caplog: pytest.LogCaptureFixture) -> None:
    await AppriseNotifier([]).tell("title", "body")
    assert caplog.records == []
