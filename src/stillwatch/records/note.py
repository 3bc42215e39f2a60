"""A fact that a person wrote down."""

from __future__ import annotations

from dataclasses import dataclass

from stillwatch.records.iso import iso

MOST_NOTES = 1000
LONGEST_NOTE = 2000
"""Characters."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Note:
    """With who said it and when (R18)."""

    id: int
    at: float
    by: str
    text: str

    def __str__(self) -> str:
        return f"{self.by} noted {iso(self.at)}: {self.text}"
