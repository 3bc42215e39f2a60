"""What one tier has cost so far."""

from __future__ import annotations

from dataclasses import dataclass

from stillwatch.records.chat import Usage


@dataclass(kw_only=True, slots=True)
class Meter:
    """Counters of one tier, as `check --json` shows them; seconds of wall time spent waiting for it."""

    calls: int = 0
    prompt_tokens: int = 0
    cached_tokens: int = 0
    output_tokens: int = 0
    seconds: float = 0.0

    def add(self, usage: Usage) -> None:
        """Count one call, whether it gave an answer or a failure."""
        self.calls += 1
        self.prompt_tokens += usage.prompt_tokens
        self.cached_tokens += usage.cached_tokens
        self.output_tokens += usage.output_tokens
        self.seconds += usage.seconds

    def as_json(self) -> dict[str, int | float]:
        return {
            "calls": self.calls,
            "prompt_tokens": self.prompt_tokens,
            "cached_tokens": self.cached_tokens,
            "output_tokens": self.output_tokens,
            "seconds": round(self.seconds, 3),
        }
