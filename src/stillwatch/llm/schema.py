"""JSON schemas from frozen dataclasses, and the strict way back: what a model answered, as that or nothing."""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

import msgspec

from stillwatch.errors import BadAnswer

Kind = TypeVar("Kind")
Schema = Mapping[str, Any]
_PROSE = ("title", "description", "default")
_TYPES: Mapping[str, type | tuple[type, ...]] = {
    "object": Mapping,
    "array": (list, tuple),
    "string": str,
    "integer": int,
    "number": (int, float),
    "boolean": bool,
    "null": type(None),
}


@functools.cache
def _schema_of(kind: Any, all_required: bool) -> dict[str, Any]:
    found = msgspec.json.schema(kind)
    definitions = found.pop("$defs", {})
    plain = _inline(found, definitions, all_required, ())
    assert isinstance(plain, dict)
    return plain


def json_schema(kind: type, *, all_required: bool = True) -> dict[str, Any]:
    """The closed schema of a dataclass: str, int, float, bool, Literal, Enum, tuple, Optional, nested dataclasses.

    Limits come from `Annotated[str, msgspec.Meta(max_length=…)]`. all_required: every field must be answered, defaults
    or not (what a model is asked for; OpenAI's strict mode wants it); False leaves fields with a default optional (what
    a tool takes). References are written out, because small servers follow none. Raises TypeError for a type that
    has no schema or contains itself.
    """
    schema: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(_schema_of(kind, all_required)))
    return schema


def _inline(node: Any, definitions: Schema, all_required: bool, seen: tuple[str, ...]) -> Any:
    if isinstance(node, list):
        return [_inline(item, definitions, all_required, seen) for item in node]
    if not isinstance(node, dict):
        return node
    if "$ref" in node:
        name = node["$ref"].rsplit("/", 1)[-1]
        if name in seen:
            raise TypeError(f"{name} contains itself and has no finite schema")
        return _inline(definitions[name], definitions, all_required, (*seen, name))
    plain: dict[str, Any] = {}
    for key, value in node.items():
        if key == "properties":
            plain[key] = {name: _inline(field, definitions, all_required, seen) for name, field in value.items()}
        elif key not in _PROSE:
            plain[key] = value if key in ("enum", "required") else _inline(value, definitions, all_required, seen)
    if plain.get("type") == "object" and "properties" in plain:
        plain["additionalProperties"] = False
        if all_required:
            plain["required"] = list(plain["properties"])
    return plain


def decode(value: object, kind: type[Kind], *, all_required: bool = True) -> Kind:
    """The value as `kind`: no field missing, none unknown, no type bent. Raises BadAnswer naming the place."""
    wanted: Any = kind
    if problem := problem_with(value, _schema_of(wanted, all_required)):
        raise BadAnswer(problem)
    try:
        return msgspec.convert(value, kind, strict=True)
    except (msgspec.ValidationError, ValueError, TypeError) as error:
        raise BadAnswer(str(error)[:300]) from error


def decode_text(text: str | bytes) -> object:
    """JSON text as plain values. Raises BadAnswer for anything else."""
    try:
        decoded = msgspec.json.decode(text)
    except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
        raise BadAnswer(f"no JSON: {str(error)[:200]}") from error
    return decoded


def problem_with(value: object, schema: Schema, place: str = "$") -> str:
    """What in `value` breaks `schema`, "" if nothing: the subset of JSON Schema that `json_schema` writes."""
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
