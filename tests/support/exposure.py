"""How exposed each unit may be by `systemd-analyze security`: what it is now, so that none grows unnoticed."""

from __future__ import annotations

from typing import Final

EXPOSURE: Final = {
    "stillwatch.service": 1.2,
    "stillwatch-gate.service": 0.4,
    "stillwatch-look@.service": 1.1,
    "stillwatch-peek.service": 1.6,
    "stillwatch-act@.service": 2.5,
    "stillwatch-keep.service": 1.0,
    "stillwatch-test@.service": 1.2,
    "stillwatch-llama@.service": 1.1,
}
