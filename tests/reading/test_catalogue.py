from __future__ import annotations

import pytest

from stillwatch.reading.catalogue import host_sources
from stillwatch.reading.source import Wanted
from stillwatch.reading.sources import logs
from tests.think.models import StillClock


def test_the_units_are_read_first_and_text_last(monkeypatch: pytest.MonkeyPatch) -> None:
    """A container's kernel log tells of foreign units too; once the own ones are known, that is seen."""
    monkeypatch.setattr(logs, "error_logs", lambda since: [])
    found = host_sources(Wanted(host="h", clock=StillClock(), logs=["/x"]))
    assert [source.name for source in found] == ["units", "metrics", "processes", "crontabs", "journal", "log /x"]
    assert [source.name for source in found if source.beside] == ["log /x"]
