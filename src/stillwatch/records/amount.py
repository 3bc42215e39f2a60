"""Amounts as people read them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

UNITS: Final[Mapping[str, tuple[str, ...]]] = {
    "en": ("s", "min", "h", "days"),
    "de": ("s", "min", "h", "Tagen"),
    "fr": ("s", "min", "h", "jours"),
}


def size(count: float) -> str:
    """Bytes, in binary units: 3.2 GiB."""
    for unit in ("B", "KiB", "MiB", "GiB"):
        if abs(count) < 1024:
            return f"{count:.0f} {unit}" if unit == "B" else f"{count:.1f} {unit}"
        count /= 1024
    return f"{count:.1f} TiB"


def span(seconds: float, language: str = "en") -> str:
    """About how long: 5 min, 3 h, 12 days."""
    names = UNITS.get(language, UNITS["en"])
    for length, name, most in ((1, names[0], 120), (60, names[1], 7_200), (3_600, names[2], 172_800)):
        if seconds < most:
            return f"{max(seconds, 0.0) / length:.0f} {name}"
    return f"{seconds / 86_400:.0f} {names[3]}"
