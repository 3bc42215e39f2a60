"""Whether what a model answered is what its schema asked for: small servers promise it and do not keep it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from stillwatch.errors import BadAnswer

Schema = Mapping[str, Any]
_TYPES: Mapping[str, type | tuple[type, ...]] = {
    "object": Mapping,
    "array": (list, tuple),
    "string": str,
    "integer": int,
    "number": (int, float),
    "boolean": bool,
    "null": type(None),
}


def decode_text(text: str | bytes) -> object:
    """JSON text as plain values. Raises BadAnswer for anything else."""
    try:
        decoded = msgspec.json.decode(text)
    except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
        raise BadAnswer(f"no JSON: {str(error)[:200]}") from error
    return decoded


def problem_with(value: object, schema: Schema, place: str = "$") -> str:
    """What in `value` breaks `schema`, "" if nothing: the subset of JSON Schema that our requests use."""
    if "anyOf" in schema:
        problems = [problem_with(value, choice, place) for choice in schema["anyOf"]]
        return "" if "" in problems else problems[0]
    if "const" in schema and (value != schema["const"] or type(value) is not type(schema["const"])):
        return f"{place}: must be {schema['const']!r}"
    if "enum" in schema and not any(value == item and type(value) is type(item) for item in schema["enum"]):
        return f"{place}: not one of the {len(schema['enum'])} allowed values"
    wanted = schema.get("type")
    if wanted is not None and not _is_type(value, wanted):
        return f"{place}: must be {wanted if isinstance(wanted, str) else ' or '.join(wanted)}"
    if isinstance(value, Mapping):
        return _problem_in_object(value, schema, place)
    if isinstance(value, list | tuple):
        return _problem_in_array(value, schema, place)
    if isinstance(value, str):
        return _problem_in_text(value, schema, place)
    if isinstance(value, int | float) and not isinstance(value, bool):
        return _problem_in_number(value, schema, place)
    return ""


def _is_type(value: object, wanted: str | Sequence[str]) -> bool:
    names = [wanted] if isinstance(wanted, str) else wanted
    if isinstance(value, bool):
        return "boolean" in names
    if isinstance(value, float) and value.is_integer() and "integer" in names:
        return True
    return any(isinstance(value, _TYPES[name]) for name in names)


def _problem_in_object(value: Mapping[Any, object], schema: Schema, place: str) -> str:
    properties: Schema = schema.get("properties", {})
    missing = [name for name in schema.get("required", ()) if name not in value]
    if missing:
        return f"{place}: {missing[0]!r} is missing"
    for name, item in value.items():
        inner = properties.get(name)
        if inner is None:
            inner = schema.get("additionalProperties", {})
        if inner is False or not isinstance(name, str):
            return f"{place}: unknown field {str(name)[:60]!r}"
        if isinstance(inner, Mapping) and (problem := problem_with(item, inner, f"{place}.{name[:60]}")):
            return problem
    return ""


def _problem_in_array(value: Sequence[object], schema: Schema, place: str) -> str:
    if problem := _size_problem(len(value), schema, "Items", "items", place):
        return problem
    prefix = schema.get("prefixItems", ())
    for index, item in enumerate(value):
        inner = prefix[index] if index < len(prefix) else schema.get("items", {})
        if inner is False:
            return f"{place}: more than {len(prefix)} items"
        if isinstance(inner, Mapping) and (problem := problem_with(item, inner, f"{place}[{index}]")):
            return problem
    return ""


def _problem_in_text(value: str, schema: Schema, place: str) -> str:
    if problem := _size_problem(len(value), schema, "Length", "characters", place):
        return problem
    if "pattern" in schema and not re.search(schema["pattern"], value):
        return f"{place}: does not match {schema['pattern']}"
    return ""


def _size_problem(size: int, schema: Schema, suffix: str, unit: str, place: str) -> str:
    if size < schema.get(f"min{suffix}", 0):
        return f"{place}: fewer than {schema[f'min{suffix}']} {unit}"
    if size > schema.get(f"max{suffix}", size):
        return f"{place}: more than {schema[f'max{suffix}']} {unit}"
    return ""


def _problem_in_number(value: float, schema: Schema, place: str) -> str:
    if value != value or value in (float("inf"), float("-inf")):
        return f"{place}: not a finite number"
    low, high = schema.get("minimum"), schema.get("maximum")
    if (low is not None and value < low) or (high is not None and value > high):
        return f"{place}: not within {low} … {high}"
    above, below = schema.get("exclusiveMinimum"), schema.get("exclusiveMaximum")
    if (above is not None and value <= above) or (below is not None and value >= below):
        return f"{place}: not between {above} and {below}"
    return ""
