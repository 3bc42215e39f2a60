from __future__ import annotations

import ast
from pathlib import Path

import msgspec

from stillwatch.cli import commands
from stillwatch.views import command, models
from stillwatch.views.shape import Exact

FOLDER = Path(commands.__path__[0])
ROOMS = (*vars(command).values(), *vars(models).values())
VIEWS = [one for one in ROOMS if isinstance(one, type) and issubclass(one, Exact) and one is not Exact]


def made_by_hand(node: ast.AST) -> bool:
    """A dictionary, or a list of dictionaries."""
    if isinstance(node, ast.List):
        return any(map(made_by_hand, node.elts))
    return isinstance(node, ast.Dict | ast.DictComp) or (isinstance(node, ast.ListComp) and made_by_hand(node.elt))


def test_no_command_puts_its_json_together_by_hand() -> None:
    told = {
        f"{path.name}:{node.lineno}": node.args[0]
        for path in FOLDER.glob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call) and ast.unparse(node.func) in {"put_json", "put_json_line"}
    }
    assert len(told) > 30 and not [place for place, value in told.items() if made_by_hand(value)]


def test_every_field_of_what_commands_print_has_a_sentence() -> None:
    _, shapes = msgspec.json.schema_components(VIEWS)
    told = {
        f"{shape} {name}": field.get("description", "")
        for shape, found in shapes.items()
        for name, field in found["properties"].items()
    }
    assert len(told) > 80 and not [name for name, says in told.items() if not says.endswith((".", "…"))]
