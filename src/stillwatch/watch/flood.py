"""One unit that floods the log: more lines in a few seconds than anybody can mean."""

from __future__ import annotations

from stillwatch.records.event import Untrusted
from stillwatch.records.line import Line
from stillwatch.records.trigger import Severity, Trigger
from stillwatch.watch.hit_counter import as_event

BUCKET_SECONDS = 10.0
FLOOD_LINES = 5000
SUBJECTS = 4096
Writer = str | tuple[str, str]
"""A subject of the watched host, or another host and its subject."""


class Flood:
    """Counts lines of each subject in buckets of BUCKET_SECONDS; `counts` and `until` are open to the hot loop."""

    def __init__(self, host: str) -> None:
        self.host = host
        self.counts: dict[Writer, int] = {}
        self.until = 0.0
        self._floods: dict[Writer, list[float]] = {}  # count, first, last, start of the newest bucket

    def turn(self, at: float) -> None:
        """Close the bucket when a line's time has left it; lines that jump back stay in the present one."""
        self._note()
        self.counts.clear()
        self.until = at - at % BUCKET_SECONDS + BUCKET_SECONDS

    def take(self, last_line: Line | None) -> tuple[Trigger, ...]:
        """A trigger for each subject that flooded since the last call."""
        self._note()
        floods, self._floods = self._floods, {}
        return tuple(self._trigger(subject, flood, last_line) for subject, flood in floods.items())

    def _note(self) -> None:
        start = self.until - BUCKET_SECONDS
        for subject, count in self.counts.items():
            if count >= FLOOD_LINES and len(self._floods) < SUBJECTS:
                flood = self._floods.setdefault(subject, [0.0, start, self.until, start])
                # A bucket that is taken twice (still open at the end of a batch) counts once, with its newest number.
                flood[0] = max(flood[0], count) if flood[3] == start else flood[0] + count
                flood[2:] = [self.until, start]

    def _trigger(self, writer: Writer, flood: list[float], line: Line | None) -> Trigger:
        count, first, last, _ = flood
        host, subject = (self.host, writer) if isinstance(writer, str) else writer
        named = line is not None and (line.host or self.host, line.subject) == (host, subject)
        sample = as_event(line, host) if line is not None and named else None
        return Trigger(
            rule="log-flood",
            severity=Severity.medium,
            summary=f"{subject or 'a program'} wrote {int(count)} lines in {int(last - first)} s",
            subject=subject,
            host=host,
            count=int(count),
            first=first,
            last=last,
            cause="log-flood",
            fields={"lines": str(int(count)), "seconds": str(int(last - first))},
            sample=sample.text if sample else Untrusted(""),
            # Who wrote a line is journald's own knowledge.
            trusted=sample is not None and sample.source == "journal",
            events=(sample,) if sample else (),
        )
