"""In which order tests are begun: what takes long first, machines spread over what computes, a group in one piece."""

from __future__ import annotations

from itertools import groupby
from typing import Any

import pytest

from tests.conftest import LONG, few, in_good_order


class Item:
    def __init__(self, nodeid: str, *marks: pytest.MarkDecorator) -> None:
        self.nodeid, self._marks = nodeid, {mark.name: mark.mark for mark in marks}

    def get_closest_marker(self, name: str) -> pytest.Mark | None:
        return self._marks.get(name)


def test_nothing_is_lost_and_nobody_waits_at_the_end() -> None:
    long, boots = pytest.mark.timeout(LONG), pytest.mark.container
    quick: list[Any] = [Item(f"quick_{number}::{test}") for number in range(8) for test in "ab"]
    waits: list[Any] = [Item(f"boots_{number}::a", boots) for number in range(4)]
    last: Any = Item("last::a", boots, long)
    ordered = in_good_order([*quick, *waits, last])
    assert ordered[0] is last and sorted(map(id, ordered)) == sorted(map(id, [*quick, *waits, last]))
    files = [file for file, _ in groupby(item.nodeid.partition("::")[0] for item in ordered)]
    assert len(files) == len(set(files)) == 13
    booting = [place for place, file in enumerate(files[1:]) if file.startswith("boots")]
    assert booting == [0, 3, 6, 9] and files[-1].startswith("quick")


def test_few_cases_of_each_test_are_drawn() -> None:
    items: list[Any] = [Item(f"a.py::test_{name}[{number}]") for name in "xy" for number in range(9)]
    items.append(Item("a.py::test_alone"))
    kept = [item.nodeid.partition("[")[0] for item in few(items, 2)]
    assert kept == ["a.py::test_x"] * 2 + ["a.py::test_y"] * 2 + ["a.py::test_alone"] and few(items, 0) == items
