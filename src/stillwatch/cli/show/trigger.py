"""Triggers on paper, and what reading them took."""

from __future__ import annotations

import json
import resource

from stillwatch.cli.show.incident import SEVERITY_STYLES
from stillwatch.cli.terminal import Line, line, tell
from stillwatch.cli.text import clock_time, plural, seconds, size
from stillwatch.records.trigger import Trigger
from stillwatch.untrusted.echo import summary_of
from stillwatch.untrusted.for_terminal import one_line


def trigger_row(trigger: Trigger, *, now: float) -> Line:
    """One line: when last, how bad, how often, about whom, what, and by which rule."""
    severity = str(trigger.severity)
    return line(
        f"{clock_time(trigger.at, now) if trigger.at > 0 else '–':<20}",
        (f"{severity:<9}", SEVERITY_STYLES[severity]),
        f"{trigger.count:>7,}× ",
        (f"{one_line(trigger.subject, 60) or '–'}  ", "bold"),
        one_line(summary_of(trigger), 300),
        (f"  [{one_line(trigger.rule, 80)}]", "dim"),
        hang=39,
    )


def show_stats(lines: int, triggers: int, took: float, *, as_json: bool, dropped: int = 0) -> None:
    """Counts, rate and peak memory on stderr, so that stdout holds triggers alone."""
    rate = lines / took if took > 0 else 0.0
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    if as_json:
        numbers = {
            "lines": lines,
            "triggers": triggers,
            "dropped": dropped,
            "seconds": round(took, 6),
            "lines_per_second": round(rate),
        }
        text = json.dumps({**numbers, "peak_memory_bytes": peak})
    else:
        text = (
            f"{plural(lines, 'line')}, {plural(triggers, 'trigger')} in {seconds(took)}: "
            f"{rate:,.0f} lines a second, {size(peak)} of memory at most"
        )
    tell(one_line(text))
