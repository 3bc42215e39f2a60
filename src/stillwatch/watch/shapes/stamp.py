"""Times as logs write them, to seconds since the epoch."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from functools import lru_cache
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

import msgspec

CACHED: Final = 8192
CLOCK: Final = re.compile(rb"(?<=[ T:])([01]\d|2[0-3]):([0-5]\d):([0-5]\d)$")
MINUTES: Final = {
    b"%02d:%02d" % (hour, minute): hour * 3600 + minute * 60 for hour in range(24) for minute in range(60)
}
SECONDS: Final = {b":%02d" % second: second for second in range(60)}
DAY_SECONDS: Final = 86400.0
YEAR_SECONDS: Final = 365.2425 * DAY_SECONDS
YEARS_BACK: Final = 8
"""So far back a date without a year may lie: a 29 February is met at least once in it."""
MONTH_FILE: Final = Path(__file__).parent / "months.json"
ZONES: Final = {
    **dict.fromkeys(("Z", "UTC", "GMT", "UT", "WET"), 0.0),
    **dict.fromkeys(("CET", "WEST", "BST", "WAT"), 1.0),
    **dict.fromkeys(("CEST", "CES", "EET", "SAST", "CAT"), 2.0),
    **dict.fromkeys(("EEST", "MSK", "IDT", "EAT"), 3.0),
    "EST": -5.0, "EDT": -4.0, "CST": -6.0, "CDT": -5.0, "MST": -7.0, "MDT": -6.0, "PST": -8.0, "PDT": -7.0,
    "AKST": -9.0, "AKDT": -8.0, "AST": -4.0, "ADT": -3.0, "HST": -10.0,
    "PKT": 5.0, "IST": 5.5, "WIB": 7.0, "HKT": 8.0, "SGT": 8.0, "AWST": 8.0, "JST": 9.0, "KST": 9.0,
    "ACST": 9.5, "ACDT": 10.5, "AEST": 10.0, "AEDT": 11.0, "NZST": 12.0, "NZDT": 13.0,
}  # fmt: skip
"""Hours east of Greenwich, as the tz database abbreviates; of two zones with one name the one with more people."""

_TIME = r"(?P<H>\d{1,2}):(?P<M>\d\d):(?P<S>\d\d)"
FORMS: Final = tuple(
    re.compile(form)
    for form in (
        rf"(?P<Y>\d{{4}})[-/.](?P<m>\d\d)[-/.](?P<d>\d\d),?[T -] ?{_TIME}",
        rf"(?P<Y>\d\d)-(?P<m>\d\d)-(?P<d>\d\d) {_TIME}",
        rf"(?P<b>\S{{2,30}}) {{1,2}}(?P<d>\d{{1,2}}) (?:(?P<Y>\d{{4}}) )?{_TIME}",
        rf"(?P<b>\S{{2,30}}) {{1,2}}(?P<d>\d{{1,2}}) {_TIME} (?P<Y>\d{{4}})",
        rf"\S{{2,20}} (?P<b>\S{{2,30}}) {{1,2}}(?P<d>\d{{1,2}}) {_TIME}(?P<f>\.\d{{1,6}})?(?: (?P<z>[A-Z]{{3,5}}))?"
        r" (?P<Y>\d{4})",
        rf"\S{{2,20}} (?P<Y>\d{{4}})-(?P<m>\d\d)-(?P<d>\d\d) {_TIME}",
        rf"(?P<d>\d{{1,2}})/(?P<b>[A-Z][a-z]{{2}})/(?P<Y>\d{{4}}):{_TIME}",
        rf"(?:[A-Z][a-z]{{2}}, )?(?P<d>\d{{1,2}})[ -](?P<b>[A-Z][a-z]{{2}})[ -](?:(?P<Y>\d{{4}})[ :])?{_TIME}",
        rf"(?P<d>\d{{1,2}})/(?P<m>\d{{1,2}})/(?P<Y>\d{{4}}) -- {_TIME}",
        rf"(?P<a>\d{{1,2}})/(?P<c>\d{{1,2}})/(?P<Y>\d{{4}}|\d\d),? {_TIME}(?: ?(?P<p>[AP])M)?",
        rf"(?P<d>\d{{1,2}})\.(?P<m>\d{{1,2}})\.(?P<Y>\d{{4}}),?[ T-]{_TIME}",
        rf"(?P<b>[A-Z][a-z]{{2}}) (?P<d>\d{{1,2}}), (?P<Y>\d{{4}}),? {_TIME}(?: (?P<p>[AP])M)?",
        r"(?P<Y>\d{4})(?P<m>\d\d)(?P<d>\d\d)[ T:-]?(?P<H>\d\d):?(?P<M>\d\d):?(?P<S>\d\d)",
        rf"(?P<Y>\d\d)(?P<m>\d\d)(?P<d>\d\d) {{1,2}}{_TIME}",
        r"(?P<b>\S{2,30}) {1,2}(?P<d>\d{1,2}) (?P<H>\d\d):(?P<M>\d\d)",
        r"(?P<epoch>\d{10})",
        rf"(?P<m>\d\d)(?P<d>\d\d) {_TIME}",
        _TIME,
    )
)


class Stamps:
    """Reads times of one stream, each text once.

    now: what a date without a year, and a clock without a date, is measured against. zone: of times that name none;
    None for the host's own. day_first: whether 03/07 is the third of July.
    """

    def __init__(self, now: float, *, zone: tzinfo | None = None, day_first: bool = False) -> None:
        self.now, self.zone, self.day_first = now, zone, day_first
        self._read: dict[tuple[bytes, bytes | None], float | None] = {}
        self._forms = list(FORMS)
        self._days: dict[tuple[bytes, bytes | None], float | None] = {}

    def read(self, stamp: bytes, fraction: bytes | None, zone: bytes | None) -> float | None:
        """Seconds since the epoch, None for a time that no calendar has."""
        midnight, minute, second = (
            self._days.get((stamp[:-8], zone)),
            MINUTES.get(stamp[-8:-3]),
            SECONDS.get(stamp[-3:]),
        )
        if midnight is not None and minute is not None and second is not None:
            known = midnight + minute + second
            return known + float(b"0." + fraction) if fraction else known
        at = self._read.get((stamp, zone), -1.0)
        if at == -1.0:
            at = self._of_day(stamp, zone)
            if len(self._read) >= CACHED:
                self._read.clear()
            self._read[stamp, zone] = at
        return at if at is None or not fraction else at + float(b"0." + fraction)

    def settle(self, outer: float, inner: float) -> bool:
        """Where a head without a year stands before the same time with one: the year of the whole stream."""
        years = round((outer - inner) / YEAR_SECONDS)
        if years < 1 or abs(outer - inner - years * YEAR_SECONDS) > 2 * DAY_SECONDS:
            return False
        self.now = inner + DAY_SECONDS
        self._read.clear()
        self._days.clear()
        return True

    def _of_day(self, stamp: bytes, zone: bytes | None) -> float | None:
        """By the first second of its day, which many lines share, where the clock stands last in the text."""
        clock = CLOCK.search(stamp)
        if clock is None:
            return self._parse(stamp, zone)
        date = stamp[: clock.start()]
        if (date, zone) not in self._days:
            if len(self._days) >= CACHED:
                self._days.clear()
            first, last = self._parse(date + b"00:00:00", zone), self._parse(date + b"23:59:59", zone)
            steady = first is not None and last is not None and last - first == DAY_SECONDS - 1
            self._days[date, zone] = first if steady and date else None
        midnight = self._days[date, zone]
        if midnight is None:
            return self._parse(stamp, zone)
        return midnight + int(clock[1]) * 3600 + int(clock[2]) * 60 + int(clock[3])

    def _parse(self, stamp: bytes, zone: bytes | None) -> float | None:
        text = stamp.decode("utf-8", "replace")
        for number, form in enumerate(self._forms):
            if found := form.fullmatch(text):
                if number:
                    self._forms.insert(0, self._forms.pop(number))
                try:
                    return self._moment(found.groupdict(), zone.decode() if zone else "")
                except (ValueError, OverflowError, OSError):
                    return None
        return None

    def _moment(self, parts: dict[str, str | None], zone: str) -> float | None:
        if epoch := parts.get("epoch"):
            return float(epoch)
        hour, minute, second = (int(parts.get(name) or 0) for name in "HMS")
        if half := parts.get("p"):
            hour = hour % 12 + (12 if half == "P" else 0)
        leap = second == 60
        clock = (hour, minute, 59 if leap else second)
        where = find_zone(zone or parts.get("z") or "") or self.zone
        at = self._dated(parts, clock, where)
        if at is None:
            return None
        return at + leap + float(parts.get("f") or 0.0)

    def _dated(self, parts: dict[str, str | None], clock: tuple[int, int, int], where: tzinfo | None) -> float | None:
        if "d" not in parts and "a" not in parts:
            return self._today(clock, where)
        month, day = self._day(parts)
        if month is None:
            return None
        if year := parts.get("Y"):
            full = int(year) + (2000 if len(year) == 2 else 0)
            return _epoch(full, month, day, clock, where)
        return self._latest(month, day, clock, where)

    def _day(self, parts: dict[str, str | None]) -> tuple[int | None, int]:
        if (one := parts.get("a")) and (two := parts.get("c")):
            first, second = int(one), int(two)
            return (second, first) if first > 12 or (self.day_first and second <= 12) else (first, second)
        number, name = parts.get("m"), parts.get("b")
        month = int(number) if number else month_number(name or "")
        return month, int(parts["d"] or 0)

    def _latest(self, month: int, day: int, clock: tuple[int, int, int], where: tzinfo | None) -> float | None:
        """The latest such moment that is not more than a day ahead of `now`."""
        this_year = datetime.fromtimestamp(self.now, where or UTC).year + 1
        for year in range(this_year, this_year - YEARS_BACK - 2, -1):
            try:
                at = _epoch(year, month, day, clock, where)
            except ValueError:
                if (month, day) != (2, 29):
                    raise
                continue
            if at <= self.now + DAY_SECONDS:
                return at
        return None

    def _today(self, clock: tuple[int, int, int], where: tzinfo | None) -> float:
        """The latest such time of day that is not more than an hour ahead of `now`."""
        today = datetime.fromtimestamp(self.now, where) if where else datetime.fromtimestamp(self.now).astimezone()
        at = _epoch(today.year, today.month, today.day, clock, where)
        return at if at <= self.now + 3600 else at - DAY_SECONDS


def _epoch(year: int, month: int, day: int, clock: tuple[int, int, int], where: tzinfo | None) -> float:
    """Without a zone it is the host's own (TZ, /etc/localtime), with its summer time."""
    return datetime(year, month, day, *clock, tzinfo=where).timestamp()


@lru_cache(maxsize=256)
def find_zone(name: str) -> tzinfo | None:
    """The zone of "+0100", "CET", "Europe/Berlin"; None where there is none, or nobody knows it."""
    if not name:
        return None
    if name[0] in "+-":
        minutes = int(name[1:3]) * 60 + int(name.replace(":", "")[3:5] or 0)
        return timezone(timedelta(minutes=-minutes if name[0] == "-" else minutes))
    if "/" in name:
        try:
            return ZoneInfo(name)
        except (KeyError, ValueError, OSError):
            return None
    hours = ZONES.get(name)
    return None if hours is None else timezone(timedelta(hours=hours))


def month_number(name: str) -> int | None:
    """1…12 for a month's name in any language of the C library, its abbreviation, or 3月."""
    lowered = name.lower().rstrip(".")
    known = _months()
    if lowered in known:
        return known[lowered]
    digits = lowered.rstrip("月월")
    return int(digits) if digits.isdecimal() and digits != lowered and 1 <= int(digits) <= 12 else None


@lru_cache(maxsize=1)
def _months() -> dict[str, int]:
    table = msgspec.json.decode(MONTH_FILE.read_bytes())
    months: dict[str, int] = table["words"]
    return months


def seconds_of(value: float) -> float:
    """Seconds, from a number of seconds, milli-, micro- or nanoseconds since the epoch."""
    for limit, unit in ((1e17, 1e9), (1e14, 1e6), (1e11, 1e3)):
        if value > limit:
            return value / unit
    return value
