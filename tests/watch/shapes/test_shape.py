from __future__ import annotations

import re

from stillwatch.watch.shapes.shape import STAMPS, Shape, beginning, expand


def test_beginnings_are_kinds() -> None:
    assert [beginning(line) for line in (b"7 x", b"Mar", "Mär".encode(), "марта".encode(), b"[x", b"<1>", b"")] == [
        "0", "a", "a", "a", "[", "<", "",
    ]  # fmt: skip


def test_each_name_of_a_time_stands_for_a_pattern_of_its_own() -> None:
    for name in STAMPS:
        assert {"stamp", "f", "z"} <= set(re.compile(expand(f"{{{name}}}")).groupindex)


def test_a_pattern_may_be_written_with_fragments() -> None:
    shape = Shape(id="mine", pattern=r"{pri}{iso} {host} {tag}", samples=())
    found = shape.compiled.match(b"<13>2026-03-07T03:12:27Z web01 nginx[7]: hello")
    assert found is not None
    assert (found["pri"], found["host"], found["program"], found["pid"]) == (b"13", b"web01", b"nginx", b"7")
    assert found["z"] == b"Z"
