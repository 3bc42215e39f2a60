"""`notify test`: each URL is tried, and what became of it is told."""

from __future__ import annotations

import json
from types import SimpleNamespace

import pytest

from stillwatch.cli.global_options import door
from stillwatch.config import Config, Notify
from tests.cli.conftest import Stillwatch
from tests.notify.test_apprise import Receiver, dead_url


def configured(monkeypatch: pytest.MonkeyPatch, *urls: str) -> None:
    monkeypatch.setattr(door, "build", lambda _: SimpleNamespace(config=Config(notify=Notify(urls=urls))))


def test_each_url_gets_a_message_and_a_line(stillwatch: Stillwatch, monkeypatch: pytest.MonkeyPatch) -> None:
    receiver = Receiver()
    configured(monkeypatch, receiver.url)
    done = stillwatch("notify", "test")
    assert (done.code, len(receiver.got)) == (0, 1) and "entry 1" in done.out
    configured(monkeypatch, receiver.url, dead_url())
    done = stillwatch("notify", "test", "--json")
    receiver.close()
    assert done.code == 1 and [one["sent"] for one in json.loads(done.out)] == [True, False]
    assert "s3cretword" not in done.out + done.err


def test_without_urls_the_next_step_is_named(stillwatch: Stillwatch, monkeypatch: pytest.MonkeyPatch) -> None:
    configured(monkeypatch)
    done = stillwatch("notify", "test")
    assert done.code == 2 and "[notify]" in done.err
