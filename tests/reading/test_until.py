from __future__ import annotations

from stillwatch.reading.until import Until, problem_of
from tests.reading.sources.test_logs import Running


def test_what_comes_after_the_deadline_is_left_and_that_is_told() -> None:
    clock = Running()
    some = Until(range(10), clock, clock.boot() + 2.5, between=2)
    assert list(some) == [0, 1, 2, 3, 4] and some.cut
    all_of_them = Until(range(10), clock, 1e9, between=2)
    assert list(all_of_them) == list(range(10)) and not all_of_them.cut


def test_the_problems_come_first_and_few_of_them() -> None:
    assert problem_of(["a", "b", "c", "d"], True, 1234).startswith("a; b; c; only")
    assert problem_of([], False, 9) == ""
