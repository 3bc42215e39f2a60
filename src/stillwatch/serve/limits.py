"""How much one key may ask: requests a second with a burst, and chats at a time."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from stillwatch.ports import Clock
from stillwatch.serve.refusal import Refusal


@dataclass(frozen=True, kw_only=True, slots=True)
class Bounds:
    """rate: requests a second of one key on the long run; burst: at once; streams: open answers of one key."""

    rate: float = 20.0
    burst: int = 200
    streams: int = 32
    all_streams: int = 128


@dataclass(kw_only=True)
class Limits:
    """Counted by key id on the boot clock (R33). Keys are few, so what is kept is small."""

    clock: Clock
    bounds: Bounds = field(default_factory=Bounds)
    _left: dict[str, tuple[float, float]] = field(default_factory=dict)
    _open: dict[str, int] = field(default_factory=dict)

    def count(self, key: str) -> None:
        """One more request. Raises Refusal (429) when the key asks too often."""
        now = self.clock.boot()
        tokens, at = self._left.get(key, (float(self.bounds.burst), now))
        tokens = min(float(self.bounds.burst), tokens + (now - at) * self.bounds.rate)
        if tokens < 1:
            self._left[key] = (tokens, now)
            raise Refusal(429, "too many requests with this key", code="rate_limit_exceeded", retry_after=1)
        self._left[key] = (tokens - 1, now)

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
