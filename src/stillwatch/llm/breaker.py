"""A circuit breaker: a model that failed twice in a row is not waited for again until it has cooled down (R34)."""

from __future__ import annotations

from stillwatch.ports import Clock

FAILURES = 2
COOL_DOWN = 30.0


class Breaker:
    """Opens after `failures` in a row; lets one call through every `cool_down` seconds until one succeeds."""

    def __init__(self, clock: Clock, *, failures: int = FAILURES, cool_down: float = COOL_DOWN) -> None:
        self._clock = clock
        self._limit = failures
        self._cool_down = cool_down
        self._failed = 0
        self._opened = 0.0

    def wait(self) -> float:
        """Seconds until a call is let through; 0 now. The call that is let through holds the others back again."""
        if self._failed < self._limit:
            return 0.0
        left = self._opened + self._cool_down - self._clock.boot()
        if left > 0:
            return left
        self._opened = self._clock.boot()
        return 0.0

    def good(self) -> None:
        self._failed = 0

    def bad(self) -> None:
        self._failed += 1
        self._opened = self._clock.boot()
