"""What was seen: one line of a log, one state of a unit, one reading of a metric, one change, one alert."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, NewType

Untrusted = NewType("Untrusted", str)
"""Text from outside the program. It goes to a model, a page or a messenger by way of `untrusted/` alone."""

Source = Literal["journal", "log", "metric", "unit", "change", "alert"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Event:
    """One observation.

    at: wall time in seconds since the epoch.
    subject: a unit ("nginx.service"), a mount point, a path, a program name, or "" where unknown.
    fields: for a journal entry the *trusted* fields only (those journald sets itself, without the underscore,
      lower case: "pid", "uid", "comm", "systemd_unit", "transport", plus "priority" and "message_id");
      for a unit its D-Bus properties as text; for a metric {"metric": "disk-used", …}.
    value: a metric's reading; a ratio is 0…1.
    cursor: the journal's, to read on from.
    """

    host: str
    at: float
    source: Source
    subject: str
    text: Untrusted
    value: float | None = None
    cursor: str = ""
    fields: Mapping[str, str] = field(default_factory=dict)
