"""Values as people type them: spans of time, moments, files. Each wrong one is one clear line and exit 2."""

from __future__ import annotations

import math
import os
import re
import stat
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from stillwatch.errors import WrongUsage

UNITS = {"s": 1.0, "m": 60.0, "min": 60.0, "h": 3600.0, "d": 86_400.0, "w": 604_800.0}
SPAN = re.compile(r"(?:\d{1,9}(?:\.\d{1,6})?(?:min|[smhdw]) ?)+", re.ASCII)
PART = re.compile(r"(\d+(?:\.\d+)?)(min|[smhdw])", re.ASCII)
LONGEST = 10 * 366 * 86_400.0
LONGEST_DEADLINE = 86_400.0
FORMS = "like 15m, 1h, 2d or 2026-01-31T12:00"


def span_or_moment(text: str, *, now: float, option: str = "--since") -> float:
    """Seconds before `now` that "1h30m" or an ISO time means; local time where no zone is given.

    Raises WrongUsage for anything else, for a time in the future and for more than ten years.
    """
    value = text.strip()
    if SPAN.fullmatch(value):
        found = span(value, option=option)
    else:
        found = now - _moment(value, option)
        if found < 0:
            raise WrongUsage(f"{option} {text!r} lies in the future")
    if not 0 < found <= LONGEST:
        raise WrongUsage(f"{option} {text!r} must be more than nothing and at most ten years")
    return found


def moment_ahead(text: str, *, now: float, option: str) -> float:
    """The wall time that "12h" from `now` or an ISO time means. Raises WrongUsage unless it lies ahead."""
    value = text.strip()
    at = now + span(value, option=option) if SPAN.fullmatch(value) else _moment(value, option)
    if not now < at <= now + LONGEST:
        raise WrongUsage(f"{option} {text!r} must lie ahead, by at most ten years")
    return at


def span(text: str, *, option: str) -> float:
    """Seconds of a span like "90s" or "1h30m". Raises WrongUsage."""
    value = text.strip()
    if not SPAN.fullmatch(value):
        raise WrongUsage(f"{option} {text[:60]!r} is not a span of time like 15m, 1h or 2d")
    return math.fsum(float(number) * UNITS[unit] for number, unit in PART.findall(value))


def _moment(value: str, option: str) -> float:
    try:
        return datetime.fromisoformat(value).timestamp()
    except (ValueError, OverflowError, OSError) as error:
        raise WrongUsage(f"{option} {value[:60]!r} is not a time {FORMS}") from error


def deadline(value: float) -> float:
    """Seconds that a pass may take. Raises WrongUsage unless it is positive and at most a day."""
    if not (math.isfinite(value) and 0 < value <= LONGEST_DEADLINE):
        raise WrongUsage(f"--deadline {value:g} is not a number of seconds between 0 and 86400")
    return value


def one_of(given: Mapping[str, str | None]) -> None:
    """Raises WrongUsage where two of the arguments are given that each say what to read."""
    named = [name for name, value in given.items() if value is not None]
    if len(named) > 1:
        raise WrongUsage(f"{' and '.join(named)} say two things to read", next_step="give one of them at a time")


def journal_folder(value: str | None) -> str | None:
    """A directory of journal files. Raises WrongUsage if it is none."""
    if value is None:
        return None
    kind = _kind(value)
    if kind is None:
        raise WrongUsage(f"no journal directory {value[:200]}")
    if kind != stat.S_IFDIR:
        raise WrongUsage(f"--journal {value} is not a directory", next_step="--log reads a log file")
    return value


def rules_folder(value: str | None) -> Path | None:
    """A directory of rule files. Raises WrongUsage if it is none."""
    if value is None:
        return None
    if _kind(value) != stat.S_IFDIR:
        raise WrongUsage(f"--rules {value[:200]} is not a directory", next_step="it takes a folder of TOML files")
    return Path(value)


def log_file(value: str | None) -> str | None:
    """A file that can be read, or "-". Raises WrongUsage."""
    if value is None or value == "-":
        return value
    kind = _kind(value)
    if kind is None:
        raise WrongUsage(f"no log file {value[:200]}")
    if kind == stat.S_IFDIR:
        raise WrongUsage(f"{value} is a directory", next_step="--journal reads a directory of journal files")
    if not os.access(value, os.R_OK):
        raise WrongUsage(f"{value} cannot be read by us", next_step="'sudo' may, or a group of the file")
    return value


def _kind(value: str) -> int | None:
    """The file's type, None where there is none of this name."""
    try:
        return stat.S_IFMT(Path(value).stat().st_mode)
    except PermissionError as error:
        raise WrongUsage(f"{value} cannot be read by us") from error
    except (OSError, ValueError):
        return None
