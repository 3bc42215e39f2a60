"""Words, letters and numbers for how bad a line is, to syslog's priorities 0…7."""

from __future__ import annotations

from typing import Final

ERROR, WARNING, NOTICE, INFO, DEBUG = 3, 4, 5, 6, 7
WORDS: Final[dict[str, int]] = {
    **dict.fromkeys(("emerg", "emergency"), 0),
    **dict.fromkeys(("alert",), 1),
    **dict.fromkeys(("crit", "critical", "fatal", "panic", "dpanic", "f", "c", "ftl", "crt"), 2),
    **dict.fromkeys(("err", "error", "severe", "e", "eror", "fault", "ee", "failure"), ERROR),
    **dict.fromkeys(("warn", "warning", "w", "ww", "wrn", "#"), WARNING),
    **dict.fromkeys(("notice", "n", "*", "success", "default"), NOTICE),
    **dict.fromkeys(("info", "information", "informational", "i", "ii", "inf", "log", "config", "statement"), INFO),
    **dict.fromkeys(("hint", "detail", "context", "-"), INFO),
    **dict.fromkeys(("debug", "trace", "verbose", "fine", "finer", "finest", "d", "t", "v", "dbg", "trc", "."), DEBUG),
    **{f"debug{number}": DEBUG for number in range(1, 6)},
}
"""PostgreSQL, redis, klog, Java, Python, Go, Apple and syslog in one: no two mean different things by a word."""
TENS: Final = {10: DEBUG, 20: INFO, 30: INFO, 40: WARNING, 50: ERROR, 60: 2}
"""bunyan's and pino's levels: 30 informs, 40 warns, 50 is an error, 60 is fatal."""
SMALL: Final = {0: DEBUG, 1: INFO, 2: WARNING, 3: ERROR, 4: 2}
"""Nextcloud's levels."""
OTEL: Final = ((21, 2), (17, ERROR), (13, WARNING), (9, INFO), (1, DEBUG))
"""OpenTelemetry's SeverityNumber: from this number on."""


def priority_of_word(word: str) -> int | None:
    """0…7 for a word, None for one that is no level."""
    return WORDS.get(word.lower())


def priority_of(value: object, *, small: bool = False) -> int | None:
    """The same for a field of structured text: words, syslog's digits, and the tens of bunyan; small: Nextcloud's."""
    if isinstance(value, str):
        found = WORDS.get(value.lower().strip())
        if found is not None or not value.isdecimal():
            return found
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int):
        return None
    if small:
        return SMALL.get(value)
    return value if 0 <= value <= 7 else TENS.get(value)


def priority_of_severity_number(value: object) -> int | None:
    """OpenTelemetry's 1…24."""
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= 24:
        return None
    return next(priority for least, priority in OTEL if value >= least)


def priority_of_status(status: int) -> int:
    """An HTTP answer: the server's own failures are errors, the client's are notices."""
    return ERROR if 500 <= status <= 599 else NOTICE if 400 <= status <= 499 else INFO
