"""What one pass over the host, or a question about it, comes to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal, get_args

from stillwatch.records.chat import Tier, TierState, Usage
from stillwatch.records.incident import Evidence, Incident
from stillwatch.records.unread import Unread

Status = Literal["healthy", "attention", "critical", "unknown"]
STATUSES: Final[tuple[Status, ...]] = get_args(Status)


@dataclass(frozen=True, kw_only=True, slots=True)
class SourceReport:
    """One thing that was to be read. `read`: whether it could be; `problem`: why not, or what was odd, "" if fine;
    `watched`: what of it is watched, for people."""

    name: str
    read: bool
    problem: str = ""
    watched: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class TierReport:
    """One tier in this pass: its state and why, how often it was asked and what that cost.

    engine: what ran its model, "" where that is a `url` of the configuration, or not known."""

    state: TierState
    detail: str = ""
    calls: int = 0
    usage: Usage = Usage()
    engine: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class StoreReport:
    """What the daemon remembers: bytes in use and at most, days that readings, their hours and resolved incidents are
    kept."""

    bytes: int
    most_bytes: int
    readings_days: float
    trends_days: float
    incidents_days: float

    def __str__(self) -> str:
        return (
            f"{self.bytes / 1e6:.1f} of at most {self.most_bytes / 1e6:.0f} MB; readings for {self.readings_days:g} "
            f"days, their means for {self.trends_days:g}, resolved incidents for {self.incidents_days:g}"
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class UnknownKind:
    """Lines of one kind that sound like trouble and that no rule knows; template and sample are redacted text.

    first, last: seconds since the epoch; host: "" for the watched one.
    """

    template: str
    program: str
    count: int
    first: float
    last: float
    sample: str
    host: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Report:
    """lines: log entries read; seconds: wall time of the whole pass; recorded: another host, as it was at `at`.

    dropped: lines of trouble of which only the number is kept, since too many different ones came; store: None
    where no daemon runs; host: who the lines are of, where a log or a journal of others was read; unread: what they
    did not tell; unknown: what sounds like trouble and no rule knows, the gravest first.
    """

    host: str
    at: float
    status: Status
    incidents: tuple[Incident, ...] = ()
    sources: tuple[SourceReport, ...] = ()
    tiers: Mapping[Tier, TierReport] = field(default_factory=dict)
    lines: int = 0
    dropped: int = 0
    unread: Unread = Unread()
    unknown: tuple[UnknownKind, ...] = ()
    seconds: float = 0.0
    recorded: bool = False
    store: StoreReport | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Checked:
    """One line of `doctor`: ok, or a problem with the command that mends it ("" if there is none)."""

    topic: str
    ok: bool
    text: str
    mend: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Reply:
    """An answer to a question. `text` cites evidence as "[E3]", an id in `evidence` (numbered through the reply).

    by: the tier that wrote it, or "rule"; note: what the reader should know about it ("" if nothing).
    """

    text: str
    by: str
    evidence: tuple[Evidence, ...] = ()
    note: str = ""
    usage: Usage = Usage()
