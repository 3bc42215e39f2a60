from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from stillwatch.records.line import Line
from stillwatch.records.trigger import Severity
from stillwatch.watch.room import REMEMBERED, Room, is_dear, rank_of


def test_one_kind_takes_no_more_than_its_share() -> None:
    room: Room[str] = Room(most=100, of_a_kind=3)
    assert [room.place(str(n), "kind", 0, 0.0).fits for n in range(5)] == [True, True, True, False, False]
    assert room.place("1", "kind", 0, 0.0).fits
    assert room.place("new", "other", 0, 0.0).fits


def test_the_least_dear_leaves_for_a_dearer_one_and_never_for_its_equal() -> None:
    room: Room[str] = Room(most=2, of_a_kind=9)
    room.place("small", "a", 1, 0.0)
    room.place("grave", "b", 5, 0.0)
    assert room.place("also small", "c", 1, 0.0) == (False, None)
    assert room.place("kernel", "d", 9, 0.0) == (True, "small")
    assert room.place("too late", "e", 4, 0.0) == (False, None)


def test_who_was_silent_for_long_leaves_first() -> None:
    room: Room[str] = Room(most=2, of_a_kind=1)
    room.place("grave", "a", 9, 0.0)
    room.place("fresh", "b", 1, REMEMBERED)
    assert room.place("new", "c", 0, REMEMBERED + 1) == (True, "grave")
    assert room.place("next", "b", 1, 2 * REMEMBERED + 1).fits


def test_trust_comes_before_severity() -> None:
    kernel = Line(0.0, b"", "kernel", "journal", {}, True)
    in_a_file = Line(0.0, b"", "kernel", "log")
    anybody = Line(0.0, b"", "x", "journal")
    ranks = [rank_of(kernel, Severity.info), rank_of(in_a_file, Severity.critical), rank_of(anybody, Severity.critical)]
    assert ranks == sorted(ranks, reverse=True)
    assert is_dear(kernel) and is_dear(in_a_file) and not is_dear(anybody)
    assert is_dear(anybody._replace(fields={"PRIORITY": b"3"}))


@given(st.lists(st.tuples(st.integers(0, 40), st.integers(0, 5), st.integers(0, 8), st.floats(0, 9000)), max_size=200))
def test_any_sequence_stays_within_bounds(steps: list[tuple[int, int, int, float]]) -> None:
    room: Room[tuple[int, int]] = Room(most=10, of_a_kind=4)
    for key, kind, rank, at in steps:
        room.place((key, kind), kind, rank, at)
        assert len(room) <= 10
