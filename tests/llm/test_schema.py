from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import Annotated, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import Meta

from stillwatch.errors import BadAnswer
from stillwatch.llm.schema import decode, decode_text, json_schema, problem_with
from tests.support.scripted_llm import fill


class Colour(enum.Enum):
    red = "red"
    blue = "blue"


@dataclass(frozen=True, kw_only=True)
class Inner:
    port: Annotated[int, Meta(ge=1, le=65535)]
    share: Annotated[float, Meta(ge=0, le=1)] = 0.5


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """A docstring that no model needs to pay for."""

    cause: Literal["oom", "disk-full"]
    colour: Colour
    words: Annotated[str, Meta(max_length=20)]
    inner: Inner
    evidence: Annotated[tuple[str, ...], Meta(max_length=3)] = ()
    sure: bool = False
    unit: str | None = None


GOOD = {
    "cause": "oom",
    "colour": "blue",
    "words": "out of memory",
    "inner": {"port": 80, "share": 1},
    "evidence": ["E1"],
    "sure": True,
    "unit": None,
}


def test_schema_is_closed_flat_and_asks_for_everything() -> None:
    schema = json_schema(Verdict)
    assert schema["required"] == list(GOOD)
    assert schema["additionalProperties"] is False
    assert schema["properties"]["inner"]["required"] == ["port", "share"]
    assert "$ref" not in str(schema)
    assert "docstring" not in str(schema)
    assert schema["properties"]["words"]["maxLength"] == 20
    assert json_schema(Verdict, all_required=False)["required"] == ["cause", "colour", "words", "inner"]


def test_a_changed_schema_does_not_change_the_next() -> None:
    json_schema(Verdict)["properties"].clear()
    assert json_schema(Verdict)["properties"]


def test_decodes_what_the_schema_allows() -> None:
    verdict = decode(GOOD, Verdict)
    assert verdict == Verdict(
        cause="oom",
        colour=Colour.blue,
        words="out of memory",
        inner=Inner(port=80, share=1.0),
        evidence=("E1",),
        sure=True,
        unit=None,
    )
    assert decode(fill(json_schema(Verdict)), Verdict).inner.port == 1


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
    with pytest.raises(BadAnswer):
        decode(GOOD | change, Verdict)


@pytest.mark.parametrize("name", list(GOOD))
def test_refuses_a_missing_field(name: str) -> None:
    with pytest.raises(BadAnswer, match=name):
        decode({key: value for key, value in GOOD.items() if key != name}, Verdict)


def test_defaults_stand_in_where_the_schema_lets_them() -> None:
    decoded = decode({"port": 5}, Inner, all_required=False)
    assert decoded == Inner(port=5)


@pytest.mark.parametrize("text", ["", "{", "nonsense", b"\xff\xfe", "[" * 100_000, '{"a": NaN}', '{"a": 1} {"b": 2}'])
def test_what_is_no_json_is_a_bad_answer(text: str | bytes) -> None:
    with pytest.raises(BadAnswer):
        decode_text(text)


@dataclass(frozen=True)
class Endless:
    inner: Endless | None = None


def test_a_type_without_an_end_has_no_schema() -> None:
    with pytest.raises(TypeError, match="contains itself"):
        json_schema(Endless)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=30),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from([*GOOD, "x"]), inner, max_size=8),
)


@given(JSON)
def test_decode_accepts_or_raises_bad_answer_and_nothing_else(value: object) -> None:
    try:
        decoded = decode(value, Verdict)
    except BadAnswer:
        return
    assert isinstance(decoded, Verdict)
    assert problem_with(value, json_schema(Verdict)) == ""
