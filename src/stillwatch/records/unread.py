"""Lines of which something could not be told."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Unread:
    """lines: of which the time or the program could not be told, or both."""

    lines: int = 0
    without_time: int = 0
    without_program: int = 0

    def __add__(self, other: Unread) -> Unread:
        return Unread(
            self.lines + other.lines,
            self.without_time + other.without_time,
            self.without_program + other.without_program,
        )
