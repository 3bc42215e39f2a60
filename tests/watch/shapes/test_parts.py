from __future__ import annotations

from stillwatch.watch.shapes.parts import Parts


def test_who_is_named_outside_wins() -> None:
    outer = Parts(b"x", at=1.0, host="a", program="docker", unit="web-1")
    outer.with_inner(Parts(b"y", at=2.0, zoned=True, host="b", program="nginx", pid="7", priority=3, reworded=True))
    assert (outer.host, outer.program, outer.unit, outer.pid, outer.priority) == ("a", "docker", "web-1", "7", 3)
    assert (outer.message, outer.reworded) == (b"y", True)


def test_of_two_times_the_one_with_a_zone_counts() -> None:
    sure = Parts(b"", at=1.0, zoned=True)
    sure.with_inner(Parts(b"", at=9.0))
    vague = Parts(b"", at=1.0)
    vague.with_inner(Parts(b"", at=9.0, zoned=True))
    assert (sure.at, vague.at) == (1.0, 9.0)
