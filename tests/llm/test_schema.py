from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stillwatch.errors import BadAnswer
from stillwatch.llm.schema import decode_text, problem_with
from tests.support.scripted_llm import fill

SCHEMA = {
    "type": "object",
    "properties": {
        "cause": {"enum": ["disk-full", "oom"]},
        "colour": {"enum": ["blue", "red"]},
        "words": {"type": "string", "maxLength": 20},
        "inner": {
            "type": "object",
            "properties": {
                "port": {"type": "integer", "minimum": 1, "maximum": 65535},
                "share": {"type": "number", "minimum": 0, "maximum": 1},
            },
            "required": ["port", "share"],
            "additionalProperties": False,
        },
        "evidence": {"type": "array", "items": {"type": "string"}, "maxItems": 3},
        "sure": {"type": "boolean"},
        "unit": {"anyOf": [{"type": "string"}, {"type": "null"}]},
    },
    "required": ["cause", "colour", "words", "inner", "evidence", "sure", "unit"],
    "additionalProperties": False,
}
GOOD = {
    "cause": "oom",
    "colour": "blue",
    "words": "out of memory",
    "inner": {"port": 80, "share": 1},
    "evidence": ["E1"],
    "sure": True,
    "unit": None,
}


def test_what_the_schema_allows_has_no_problem() -> None:
    assert problem_with(GOOD, SCHEMA) == ""
    assert problem_with(fill(SCHEMA), SCHEMA) == ""


@pytest.mark.parametrize(
    "change",
    [
        {"cause": "fire"},
        {"colour": "green"},
        {"words": "x" * 21},
        {"words": 5},
        {"sure": "yes"},
        {"sure": 1},
        {"inner": {"port": 0, "share": 0}},
        {"inner": {"port": True, "share": 0}},
        {"inner": {"port": 80, "share": float("nan")}},
        {"inner": {"port": 80, "share": 0, "host": "x"}},
        {"inner": {"port": 80}},
        {"evidence": ["a", "b", "c", "d"]},
        {"evidence": "E1"},
        {"evidence": [1]},
        {"unit": 7},
        {"command": "rm -rf /"},
    ],
)
def test_refuses_everything_else(change: dict[str, object]) -> None:
    assert problem_with(GOOD | change, SCHEMA)


@pytest.mark.parametrize("name", list(GOOD))
def test_refuses_a_missing_field(name: str) -> None:
    assert name in problem_with({key: value for key, value in GOOD.items() if key != name}, SCHEMA)


@pytest.mark.parametrize("text", ["", "{", "nonsense", b"\xff\xfe", "[" * 100_000, '{"a": NaN}', '{"a": 1} {"b": 2}'])
def test_what_is_no_json_is_a_bad_answer(text: str | bytes) -> None:
    with pytest.raises(BadAnswer):
        decode_text(text)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=30),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from([*GOOD, "x"]), inner, max_size=8),
)


@given(JSON)
def test_whatever_it_is_a_problem_is_told_and_nothing_raised(value: object) -> None:
    problem = problem_with(value, SCHEMA)
    assert problem or (isinstance(value, dict) and set(value) == set(GOOD))
