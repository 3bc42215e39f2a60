"""Nothing but `untrusted/` makes what a prompt, a page, a messenger or a terminal takes (R15, R16, R17).

The type checker holds the sinks to these types; what it cannot see is held here: who makes them, and that what is said
to be our own words stands in the source.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import NewType

from stillwatch.records import safe

SOURCE = Path(__file__).resolve().parents[2] / "src/stillwatch"
KINDS = {name for name, kind in vars(safe).items() if isinstance(kind, NewType)}
OF_OUR_OWN = {"ours", "filled", "markup"}
FROM_FILES = Path("think/context.py")
"""Reads the prompts that the package brings."""


def calls() -> Iterator[tuple[Path, str, ast.Call]]:
    for path in SOURCE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name | ast.Attribute):
                name = node.func.id if isinstance(node.func, ast.Name) else node.func.attr
                yield path.relative_to(SOURCE), name, node


def test_r15_r16_r17_the_ways_out_are_made_in_one_room() -> None:
    made = {(str(path), name) for path, name, _ in calls() if name in KINDS}
    assert {name for _, name in made} == KINDS
    assert not {(path, name) for path, name in made if not path.startswith("untrusted/")}


def test_r15_r16_what_is_said_to_be_ours_is_written_there() -> None:
    outside = [one for one in calls() if "stillwatch.untrusted.for_" in (SOURCE / one[0]).read_text()]
    found = [(path, node) for path, name, node in outside if name in OF_OUR_OWN]
    odd = {f"{path}:{node.lineno}" for path, node in found if not isinstance(node.args[0], ast.Constant)}
    assert len(found) > 20 and len(odd) == 1 and next(iter(odd)).startswith(f"{FROM_FILES}:")


def test_r15_r16_the_command_line_writes_in_one_place() -> None:
    """There everything is for a terminal: `write` and `tell` take nothing else, and `line` makes it of each piece."""
    faces = [one for one in calls() if one[0].parts[0] == "cli"]
    named = {(str(path), ast.unparse(node.func)) for path, _, node in faces}
    direct = {(path, name) for path, name in named if name in {"print", "sys.stdout.write", "sys.stderr.write", "Line"}}
    assert {path for path, _ in direct} == {"cli/terminal.py"} and len(direct) == 3
