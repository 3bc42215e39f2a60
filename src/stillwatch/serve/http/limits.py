"""How much one key may ask: requests a second with a burst, and chats at a time; how often one may be wrong."""

from __future__ import annotations

import ipaddress
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from stillwatch.ports import Clock
from stillwatch.serve.http.refusal import Refusal

LOG = logging.getLogger(__name__)
MOST_STRANGERS = 1_024
"""Addresses that sent wrong keys and are remembered; the one that did so longest ago goes first."""
TELL_SECONDS = 600.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Bounds:
    """rate: requests a second of one key on the long run; burst: at once; streams: open answers of one key;

    wrong_rate, wrong_burst: the same for wrong keys from one address.
    """

    rate: float = 20.0
    burst: int = 200
    streams: int = 32
    all_streams: int = 128
    wrong_rate: float = 0.5
    wrong_burst: int = 30


@dataclass(kw_only=True)
class RequestLimits:
    """Counted by key id on the boot clock (R33). Keys are few, so what is kept is small."""

    clock: Clock
    bounds: Bounds = field(default_factory=Bounds)
    _left: dict[str, tuple[float, float]] = field(default_factory=dict)
    _wrong: dict[str, tuple[float, float]] = field(default_factory=dict)
    _told: float = -TELL_SECONDS
    _open: dict[str, int] = field(default_factory=dict)

    def count(self, key: str) -> None:
        """One more request. Raises Refusal (429) when the key asks too often."""
        if not _take(self._left, key, self.clock.boot(), self.bounds.rate, self.bounds.burst):
            raise Refusal(429, "too many requests with this key", code="rate_limit_exceeded", retry_after=1)

    def charge(self, key: str, requests: int) -> None:
        """What was answered was the work of so many requests more: who asks for much asks seldom."""
        tokens, at = self._left.get(key, (float(self.bounds.burst), self.clock.boot()))
        self._left[key] = (tokens - requests, at)

    def wrong_key(self, address: str) -> None:
        """One more wrong key from there. Raises Refusal (429) when there are too many, and says so in the log."""
        who, now = _network(address), self.clock.boot()
        good = _take(self._wrong, who, now, self.bounds.wrong_rate, self.bounds.wrong_burst)
        if len(self._wrong) > MOST_STRANGERS:
            del self._wrong[next(iter(self._wrong))]
        if good:
            return
        if now - self._told >= TELL_SECONDS:
            self._told = now
            LOG.warning("wrong API keys keep coming from %s", who)
        raise Refusal(429, "too many wrong keys from this address", code="rate_limit_exceeded", retry_after=2)

    @contextmanager
    def stream(self, key: str) -> Iterator[None]:
        """One more answer under way. Raises Refusal (429) when too many are."""
        if self._open.get(key, 0) >= self.bounds.streams or sum(self._open.values()) >= self.bounds.all_streams:
            raise Refusal(429, "too many answers at a time", code="rate_limit_exceeded", retry_after=5)
        self._open[key] = self._open.get(key, 0) + 1
        try:
            yield
        finally:
            self._open[key] -= 1
            if not self._open[key]:
                del self._open[key]


def _take(left: dict[str, tuple[float, float]], who: str, now: float, rate: float, burst: int) -> bool:
    """Whether one more is left for `who`, who then stands last in the order."""
    tokens, at = left.pop(who, (float(burst), now))
    tokens = min(float(burst), tokens + (now - at) * rate)
    left[who] = (tokens - 1 if tokens >= 1 else tokens, now)
    return tokens >= 1


def _network(address: str) -> str:
    """Whoever has one IPv6 address has 2⁶⁴ of them."""
    try:
        return str(ipaddress.ip_network(f"{address}/64", strict=False)) if ":" in address else address
    except ValueError:
        return address
