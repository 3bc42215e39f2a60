from __future__ import annotations

import pytest

from stillwatch.records.event import Event, Untrusted
from stillwatch.tools.look import recent_changes

from .played_host import NOW, look, rows


async def test_changes_with_their_age(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[float] = []

    def changes(host: str, since: float) -> list[Event]:
        asked.append(since)
        text = Untrusted("/etc/shop.conf changed")
        return [Event(host=host, at=NOW - 7200, source="change", subject="/etc/shop.conf", text=text)]

    monkeypatch.setattr(recent_changes, "changes", changes)
    seen = await look("recent_changes", hours=48.0)
    assert asked == [NOW - 48 * 3600]
    assert seen.text == "2.0 h ago: /etc/shop.conf changed"
    assert rows(seen, "changes")[0]["path"] == "/etc/shop.conf"
