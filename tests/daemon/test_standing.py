from __future__ import annotations

from stillwatch.daemon.standing import Standing
from stillwatch.records.report import SourceReport


def test_what_fails_beside_the_sources_is_told_until_it_is_well() -> None:
    standing = Standing(sources={"units": SourceReport(name="units", read=True)})
    standing.beside("gate", "nothing can be changed")
    assert standing.sources["gate"].read and standing.sources["gate"].problem
    standing.beside("gate", "")
    standing.fine("gate")
    assert list(standing.sources) == ["units"]


def test_what_was_said_of_a_source_holds_until_it_is_read() -> None:
    standing = Standing(followed=("metrics", "processes"))
    assert standing.still is None
    standing.beyond["metrics"] = frozenset({("disk-full", "/")})
    assert standing.still is not None
    assert ("disk-full", "/") in standing.still and ("disk-full", "/srv") not in standing.still
    assert ("unit-zombies", "web.service") in standing.still
    assert ("probe-failed", "web.service") not in standing.still, "nobody declares it any more"
    standing.beyond["processes"] = frozenset({("unit-busy", "web.service")})
    assert ("unit-busy", "web.service") in standing.still and ("unit-zombies", "web.service") not in standing.still
