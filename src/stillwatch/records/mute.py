"""What a person does not want to hear of for a while."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class Mute:
    """pattern: a glob over an incident's key or subject or a rule's id; until: seconds since the epoch (0: no end)."""

    pattern: str
    until: float = 0.0
    by: str = ""
    because: str = ""
