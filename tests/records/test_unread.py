from __future__ import annotations

from stillwatch.records.unread import Unread


def test_counts_add_up() -> None:
    assert Unread(1, 1, 0) + Unread(2, 0, 2) == Unread(3, 1, 2)
