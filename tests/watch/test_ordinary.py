"""A day of services in good health: web servers, databases, containers, backups, packages, applications."""

from __future__ import annotations

from pathlib import Path

from stillwatch.host.logfile import LogFile
from stillwatch.records.trigger import Severity
from stillwatch.watch.monitor import Watcher
from tests.support.prefilters import prefilter

DAY = Path(__file__).parent / "data" / "ordinary-services.log"


def test_no_rule_speaks_at_low_or_above() -> None:
    with LogFile(str(DAY), now=1_800_000_000.0) as log:
        triggers = Watcher(prefilter(), host="srv").see(log.lines()).triggers
    assert [(trigger.rule, trigger.sample) for trigger in triggers if trigger.severity > Severity.info] == []


def test_no_flood_of_any_line_speaks_either() -> None:
    """Client errors, retries and deprecations come by the hundred."""
    again = [
        line
        for line in DAY.read_text().splitlines()
        if any(word in line for word in (" 404 ", "deprecat", "will retry"))
    ]
    with LogFile(str(DAY), now=1_800_000_000.0) as log:
        lines = [line for line in log.lines() if any(line.raw.decode() in text for text in again)]
    triggers = Watcher(prefilter(), host="srv").see(lines * 100).triggers
    assert len(lines) > 2
    assert [trigger.rule for trigger in triggers if trigger.severity > Severity.info] == []
