"""The shapes that answers are constrained to. Every choice comes from a list that the program made."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, Literal

from stillwatch.records.cause import CAUSES

Schema = dict[str, Any]

CONFIDENCE: Final[dict[str, float]] = {"low": 0.4, "medium": 0.65, "high": 0.85}
URGENCIES: Final[tuple[Literal["noise", "minor", "serious"], ...]] = ("noise", "minor", "serious")
UNIT_REMEDIES: Final = ("none", "restart_unit", "start_unit", "reload_unit", "reset_failed")
TEXT_CHARACTERS: Final = 240


def closed(properties: Mapping[str, Any]) -> Schema:
    """An object with exactly these properties, in this order."""
    return {
        "type": "object",
        "properties": dict(properties),
        "required": list(properties),
        "additionalProperties": False,
    }


def choice(values: Sequence[str]) -> Schema:
    return {"type": "string", "enum": list(values)}


def urgency_schema() -> Schema:
    return closed({"urgency": choice(URGENCIES)})


def review_schema(evidence: Sequence[str], causes: Sequence[str] = tuple(CAUSES)) -> Schema:
    """evidence: the ids that exist; an answer cannot point to others."""
    return closed(
        {
            "evidence": _ids(evidence),
            "cause": choice(causes),
            "confidence": choice(tuple(CONFIDENCE)),
            "escalate": {"type": "boolean"},
        }
    )


def meta_schema(
    tools: Mapping[str, Mapping[str, Any]], units: Sequence[str], evidence: Sequence[str], *, may_look: bool
) -> Schema:
    """One step: a look with one of the tools, or the conclusion. `units` are the names a look may ask about."""
    conclude = closed(
        {
            "step": {"const": "conclude"},
            "evidence": _ids(evidence),
            "cause": choice(tuple(CAUSES)),
            "confidence": choice(tuple(CONFIDENCE)),
            "text": {"type": "string", "maxLength": TEXT_CHARACTERS},
            "remedy": choice(UNIT_REMEDIES),
        }
    )
    if not may_look:
        return conclude
    return {"anyOf": [*(_look(name, tools[name], units) for name in sorted(tools)), conclude]}


def _look(name: str, tool: Mapping[str, Any], units: Sequence[str]) -> Schema:
    arguments = dict(tool["arguments"])
    properties = {key: _argument(key, value, units) for key, value in arguments.get("properties", {}).items()}
    required = [key for key in properties if key in arguments.get("required", ())]
    shape = {"type": "object", "properties": properties, "required": required, "additionalProperties": False}
    return closed({"step": {"const": "look"}, "tool": {"const": name}, "arguments": shape})


def _argument(key: str, value: Any, units: Sequence[str]) -> Any:
    """A unit is chosen from the names the system knows; a model never spells one."""
    return choice(units) if key == "unit" and units else value


def _ids(evidence: Sequence[str]) -> Schema:
    if not evidence:
        return {"type": "array", "maxItems": 0, "items": {"type": "string"}}
    return {"type": "array", "items": choice(evidence), "minItems": 1, "maxItems": 4}
