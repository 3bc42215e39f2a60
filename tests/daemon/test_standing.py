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
