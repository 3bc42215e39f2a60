from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from stillwatch.helpers import peek as program
from stillwatch.host import root_only
from tests.support.peeked import as_another_user


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """As a user who may read none of it, where the peek program tells; what it was asked."""
    return as_another_user(monkeypatch, root_only)


def test_the_peek_program_tells_what_root_sees(told: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    closed = [{"program": "postfix", "folder": "/var/spool/postfix/active", "count": None, "oldest": 0}]
    monkeypatch.setattr(root_only, "mail_waiting", lambda _: closed)
    by_daemon = root_only.who_may_sudo(), root_only.crontabs(), root_only.mail_queues()
    assert told == ["sudoers", "crontabs", "mail"]
    assert by_daemon == (program.sudoers(), program.own_crontabs(), program.mail_waiting())


def test_of_another_root_nobody_is_asked(told: list[str], tmp_path: Path) -> None:
    assert root_only.who_may_sudo(tmp_path) == {"grants": [], "unread": 0}
    assert root_only.crontabs(tmp_path) == {"jobs": [], "unread": 0} and root_only.mail_queues(tmp_path) == []
    assert told == []


@pytest.mark.parametrize(
    "said", [{}, {"sudoers": None, "crontabs": None}, {"sudoers": 3, "crontabs": [1], "queues": 2}]
)
def test_what_nobody_tells_is_not_seen(said: dict[str, Any], monkeypatch: pytest.MonkeyPatch, told: list[str]) -> None:
    closed = [{"program": "postfix", "folder": "/var/spool/postfix/active", "count": None, "oldest": 0}]
    monkeypatch.setattr(root_only, "mail_waiting", lambda _: closed)
    monkeypatch.setattr(root_only, "peek", lambda request: said)
    assert root_only.who_may_sudo() is None and root_only.crontabs() is None
    assert root_only.mail_queues() == closed
