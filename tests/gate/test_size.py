"""The gate stays small enough to be read in an afternoon."""

from __future__ import annotations

from pathlib import Path

GATE = Path(__file__).resolve().parents[2] / "src/stillwatch/gate"
OTHER_SIDE = GATE / "door.py"
"""The daemon's end of the socket: no part of the gate's process."""
CEILING = 2_500


def test_the_gate_is_at_most_2500_lines():
    """Every line that says something, docstrings and comments among them; docs/decisions/0006-gate.md says why."""
    files = [path for path in GATE.rglob("*.py") if path != OTHER_SIDE]
    lines = [line for path in files for line in path.read_text().splitlines() if line.strip()]
    assert 1_000 < len(lines) <= CEILING
