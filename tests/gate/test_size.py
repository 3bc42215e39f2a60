"""The gate stays small enough to be read in an afternoon: its own files, and all of ours that its process imports."""

from __future__ import annotations

import ast
from pathlib import Path

SOURCE = Path(__file__).resolve().parents[2] / "src"
OWN_CEILING = 3_400
WHOLE_CEILING = 5_200


def file_of(module: str) -> Path | None:
    paths = (
        SOURCE.joinpath(*module.split(".")).with_suffix(".py"),
        SOURCE.joinpath(*module.split("."), "__init__.py"),
    )
    return next((place for place in paths if place.is_file()), None)


def imported_by(path: Path) -> set[str]:
    """Our modules that the file imports, wherever it does so."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {entry.name for entry in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module, *(f"{node.module}.{entry.name}" for entry in node.names)}
    return {name for name in found if name.startswith("stillwatch.")}


def process() -> dict[str, int]:
    """Module of the gate's process → lines that say something, docstrings and comments among them."""
    lines: dict[str, int] = {}
    waiting = {"stillwatch.gate.main"}
    while waiting:
        module = waiting.pop()
        path = file_of(module)
        if path is None or module in lines:
            continue
        lines[module] = sum(1 for line in path.read_text().splitlines() if line.strip())
        waiting |= imported_by(path)
    return lines


def test_the_gate_is_at_most_3400_lines():
    """docs/decisions/0006-gate.md says why."""
    own = {module: lines for module, lines in process().items() if module.startswith("stillwatch.gate")}
    assert len(own) > 30 and 1_000 < sum(own.values()) <= OWN_CEILING


def test_all_that_its_process_imports_of_ours_stays_readable_too():
    assert sum(process().values()) <= WHOLE_CEILING, process()
