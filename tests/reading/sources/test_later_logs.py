from __future__ import annotations

from pathlib import Path

import pytest

from stillwatch.reading.source import Wanted
from stillwatch.reading.sources import later_logs
from stillwatch.reading.sources.later_logs import LaterLogs, here
from stillwatch.watch.monitor import Watcher
from tests.reading.following import followed
from tests.support.prefilters import prefilter
from tests.think.models import StillClock


def test_only_where_the_host_is_followed() -> None:
    assert here(Wanted(host="h", clock=StillClock())) == []
    assert len(here(Wanted(host="h", clock=StillClock(), lasting=True))) == 1


async def test_a_log_that_comes_later_is_read_from_its_start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    old, new = tmp_path / "old.log", tmp_path / "new.log"
    for file in (old, new):
        file.write_text("one\ntwo\n")
    monkeypatch.setattr(later_logs, "error_logs", lambda: [str(old), str(new)])
    monkeypatch.setattr(later_logs, "owned_logs", lambda: {str(new): "shop.service"})
    source = LaterLogs(StillClock(), {str(old)})
    async with followed(source, Watcher(prefilter(), host="h")) as heard:
        assert (await heard.next()).whole, "where none has come, all is read"
        (read,) = await heard.lines(2)
    assert read.sightings is not None and read.sightings.lines == 2
