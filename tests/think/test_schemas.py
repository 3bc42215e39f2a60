import jsonschema
import pytest

from stillwatch.think.schemas import meta_schema, review_schema

TOOLS = {
    "unit_status": {
        "description": "State of a unit",
        "arguments": {"type": "object", "properties": {"unit": {"type": "string"}}, "required": ["unit"]},
    }
}
LOOK = {"step": "look", "tool": "unit_status", "arguments": {"unit": "web.service"}}
END = {"step": "conclude", "evidence": ["E1"], "cause": "oom", "confidence": "low", "text": "x", "remedy": "none"}


def fits(value: object, schema: dict[str, object]) -> bool:
    try:
        jsonschema.validate(value, schema)
    except jsonschema.ValidationError:
        return False
    return True


def test_a_step_is_a_look_or_a_conclusion() -> None:
    schema = meta_schema(TOOLS, ["web.service"], ["E1"], may_look=True)
    assert fits(LOOK, schema) and fits(END, schema)


@pytest.mark.parametrize(
    "bad",
    [
        {**LOOK, "tool": "run_command"},
        {**LOOK, "arguments": {"unit": "sshd.service"}},
        {**LOOK, "arguments": {"unit": "web.service", "command": "rm"}},
        {**END, "evidence": ["E2"]},
        {**END, "remedy": "rm -rf"},
        {**END, "extra": 1},
    ],
)
def test_nothing_outside_the_lists_fits(bad: dict[str, object]) -> None:
    assert not fits(bad, meta_schema(TOOLS, ["web.service"], ["E1"], may_look=True))


def test_after_the_last_look_only_a_conclusion_fits() -> None:
    assert not fits(LOOK, meta_schema(TOOLS, ["web.service"], ["E1"], may_look=False))


def test_without_evidence_none_can_be_cited() -> None:
    value = {"evidence": [], "cause": "oom", "confidence": "low", "escalate": True}
    assert fits(value, review_schema([])) and not fits({**value, "evidence": ["E1"]}, review_schema([]))
