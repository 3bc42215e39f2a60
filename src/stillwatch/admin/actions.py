"""The catalogue of typed actions, as data."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import Any

import msgspec

from stillwatch.gate.change.catalogue import CATALOGUE
from stillwatch.views.command import ActionView


def actions() -> list[ActionView]:
    """Each action, in the order of the catalogue."""
    return [
        ActionView(
            name=action.name,
            risk=action.risk,
            undoable=action.undoable,
            undoes=action.undoes,
            description=(sys.modules[type(action).__module__].__doc__ or "").partition("\n")[0],
            example=action.example,
            arguments=_fields(msgspec.json.schema(action.arguments)),
        )
        for action in CATALOGUE.values()
    ]


def _fields(schema: Mapping[str, Any]) -> dict[str, Any]:
    """Properties of the one object that a schema describes."""
    (described,) = schema["$defs"].values()
    needed = described.get("required", ())
    return {name: {**facts, "required": name in needed} for name, facts in described["properties"].items()}
