from __future__ import annotations

from stillwatch.errors import NotReachable
from stillwatch.host.boots import boots


def test_the_newest_still_runs_and_no_other() -> None:
    try:
        found = boots()
    except NotReachable:
        found = []
    assert [one.ended == "still runs" for one in found] == [number == 0 for number in range(len(found))]
    assert sorted(found, key=lambda one: -one.first) == found
