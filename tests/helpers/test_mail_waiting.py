from __future__ import annotations

from pathlib import Path

import pytest

from stillwatch.helpers import mail_waiting as module
from stillwatch.helpers.mail_waiting import mail_waiting


def test_messages_are_counted_once_whatever_the_server(tmp_path: Path) -> None:
    for name in (
        "postfix/deferred/A/1",
        "postfix/deferred/B/2",
        "exim4/input/x-H",
        "exim4/input/x-D",
        "mqueue/qf1",
        "mqueue/df1",
    ):
        file = tmp_path / "var/spool" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("secret words")
    counts = {queue["folder"]: queue["count"] for queue in mail_waiting(tmp_path)}
    assert counts == {"/var/spool/postfix/deferred": 2, "/var/spool/exim4/input": 1, "/var/spool/mqueue": 1}
    assert all(queue["oldest"] > 0 for queue in mail_waiting(tmp_path))


def test_no_server_no_queue(tmp_path: Path) -> None:
    assert mail_waiting(tmp_path) == []


def test_a_folder_that_may_not_be_listed_has_no_count(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "var/spool/mqueue").mkdir(parents=True)
    assert [queue["count"] for queue in mail_waiting(tmp_path)] == [0]

    def closed(*_: object) -> None:
        raise PermissionError

    monkeypatch.setattr(module.os, "scandir", closed)
    assert [queue["count"] for queue in mail_waiting(tmp_path)] == [None]
