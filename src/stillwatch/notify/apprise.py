"""Notifications through Apprise: mail, ntfy, Matrix, Telegram, … by URL."""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from stillwatch.config import Notify
from stillwatch.records.safe import ForNotice
from stillwatch.tables.secret_file import secret_lines

NO_ANSWER: Final = "it does not answer"
LOG = logging.getLogger(__name__)
PASSING: Final = frozenset({408, 425, 429})
"""The HTTP statuses below 500 that say "later", not "never" (RFC 9110, RFC 6585, RFC 8470)."""
_STATUS = re.compile(r"\berror[= ](\d{3})\b")


@dataclass(frozen=True, kw_only=True, slots=True)
class Delivery:
    """What became of a message. lasting: it fails the same way however often it is tried; why: "" where it was sent."""

    sent: bool
    lasting: bool = False
    why: str = ""


class AppriseChannel:
    """One URL. name: for people and logs; an address may hold a password, so it shows no more than the kind."""

    def __init__(self, url: str, number: int) -> None:
        self._url = url
        kind = url.partition("://")[0]
        self.name = f"[notify] urls, entry {number} ({kind if kind.isalnum() and len(kind) < 30 else 'unknown'})"

    async def send(self, title: ForNotice, body: ForNotice) -> Delivery:
        """Try once. Never raises."""
        import apprise  # 60 ms and 20 MB that a host without notifications need not pay

        door = apprise.Apprise()
        if not door.add(self._url):
            return Delivery(sent=False, lasting=True, why="Apprise does not understand the URL")
        async with _one_at_a_time():
            with _heard() as said:
                try:
                    sent = bool(await door.async_notify(title=title, body=body))
                except Exception as error:
                    return Delivery(sent=False, lasting=True, why=f"unexpected {type(error).__name__}")
        return Delivery(sent=True) if sent else _failed(said)


def all_urls(notify: Notify) -> tuple[str, ...]:
    """Those of the configuration and of the file that it names. Raises StillwatchError where that cannot be used."""
    return (*notify.urls, *(secret_lines(Path(notify.urls_file)) if notify.urls_file else ()))


def channels(urls: Sequence[str]) -> list[AppriseChannel]:
    """One for each URL of the configuration."""
    return [AppriseChannel(url, number) for number, url in enumerate(urls, 1)]


def _failed(errors: Sequence[str]) -> Delivery:
    """Apprise returns no reason; the status that it logs tells a refusal from a server that is not there."""
    codes = [int(code) for line in errors for code in _STATUS.findall(line)]
    if not codes:
        return Delivery(sent=False, why=NO_ANSWER)
    lasting = 400 <= codes[-1] < 500 and codes[-1] not in PASSING
    return Delivery(sent=False, lasting=lasting, why=f"{'refused' if lasting else 'failed'} with HTTP {codes[-1]}")


_lock: asyncio.Lock | None = None


def _one_at_a_time() -> asyncio.Lock:
    """What is logged meanwhile then belongs to one message."""
    global _lock
    if _lock is None:
        _lock = asyncio.Lock()
    return _lock


@contextmanager
def _heard() -> Iterator[list[str]]:
    """What Apprise's logger says meanwhile; it goes nowhere else, since a line may hold an address."""
    errors: list[str] = []
    logger = logging.getLogger("apprise")
    handler = logging.Handler(logging.WARNING)
    handler.emit = lambda record: errors.append(record.getMessage())  # type: ignore[method-assign]
    before = logger.propagate
    logger.propagate = False
    logger.addHandler(handler)
    try:
        yield errors
    finally:
        logger.removeHandler(handler)
        logger.propagate = before
