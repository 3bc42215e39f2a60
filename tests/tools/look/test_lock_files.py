from __future__ import annotations

import pytest

from stillwatch.tools.look import lock_files

from .played_host import look, rows

LOCKS = [
    {"path": "/run/a.pid", "pid": 7, "alive": False},
    {"path": "/run/b.pid", "pid": 1, "alive": True},
    {"path": "/run/c.lock", "pid": 0, "alive": False},
]


async def test_who_holds_what(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lock_files, "lock_files", lambda: LOCKS)
    seen = await look("lock_files")
    assert len(rows(seen, "locks")) == 3
    assert "/run/a.pid: process 7, which is dead" in seen.text
    assert "/run/b.pid: process 1, which lives" in seen.text
    assert "/run/c.lock: " in seen.text
    assert [row["path"] for row in rows(await look("lock_files", path="/run/b.pid"), "locks")] == ["/run/b.pid"]
    assert rows(await look("lock_files", path="/run/d"), "locks") == []
