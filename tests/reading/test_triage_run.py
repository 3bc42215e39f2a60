from __future__ import annotations

from pathlib import Path

import pytest

from stillwatch.errors import WrongUsage
from stillwatch.reading.triage_run import TriageRun
from tests.reading.sources.test_logs import log, watcher
from tests.think.models import StillClock


@pytest.mark.parametrize("name", ["none.log", ".", "none/none.log"])
def test_a_log_or_journal_that_is_none_is_wrong_usage(tmp_path: Path, name: str) -> None:
    with pytest.raises(WrongUsage):
        list(TriageRun(watcher(), None, str(tmp_path / name), StillClock()))
    with pytest.raises(WrongUsage):
        list(TriageRun(watcher(), str(tmp_path / "none" / name), None, StillClock()))


async def test_a_triage_run_counts_along(tmp_path: Path) -> None:
    run = TriageRun(watcher(), None, log(tmp_path, 100), StillClock())
    assert [trigger.cause for trigger in run] == ["oom"]
    assert (run.lines, run.triggers) == (101, 1) and run.seconds >= 0
