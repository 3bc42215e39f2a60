"""A strict file says line, nearest key and what is allowed, for everything that is wrong at once."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stillwatch.config import Config
from stillwatch.gate.policy import Policy
from stillwatch.tables.problems import BadTable, Problem, read_table


def problems(raw: bytes, kind: type[msgspec.Struct] = Config) -> tuple[Problem, ...]:
    with pytest.raises(BadTable) as caught:
        read_table(raw, kind)
    return caught.value.problems


def test_a_good_file_gives_its_values() -> None:
    assert read_table(b"[api]\nport = 9083\n", Config).api.port == 9083


@pytest.mark.parametrize(
    ("raw", "line", "key", "step"),
    [
        (b"\nautonomie = 'suggest'", 2, "autonomie", "autonomy"),
        (b"autonomy = 'yolo'", 1, "autonomy", "auto-safe"),
        (b"[api]\nport = 70000", 2, "api.port", "65535"),
        (b"[api]\nport = '8083'", 2, "api.port", "whole number"),
        (b"[llm.review]\n\ncontext = 1", 3, "llm.review.context", "512"),
        (b"[llm.boss]", 1, "llm.boss", "meta"),
        (b"[watch]\njournal = true", 2, "watch.journal", "false"),
        (b"[watch]\nlogs = '/var/log/x'", 2, "watch.logs", "a list"),
        (b"api = 3", 1, "api", "[table]"),
        (b"x = 1\nautonomy = ", 2, "", 'name = "text"'),
        (b"x = 'never ends", 1, "", 'name = "text"'),
        (b"\n\xff\xfe\x00", 2, "", ""),
    ],
)
def test_each_problem_has_its_line_and_the_next_step(raw: bytes, line: int, key: str, step: str) -> None:
    first = problems(raw)[0]
    assert (first.line, first.key) == (line, key)
    assert step in first.next_step


def test_all_problems_are_told_at_once_in_the_order_of_the_file() -> None:
    raw = b"[api]\nprot = 1\nport = 0\n[notify]\nurls = 3\n"
    assert [one.line for one in problems(raw)] == [2, 3, 5]


def test_a_missing_key_is_told_at_its_table() -> None:
    found = problems(b'[[rule]]\nname = "a"\nverdict = "ask"\n[[rule]]\nname = "b"\n', Policy)
    assert [(one.line, one.key) for one in found] == [(4, "rule[1].verdict")]


def test_what_only_the_type_itself_checks_is_told_with_its_line() -> None:
    found = problems(b'[[rule]]\nname = "a"\nverdict = "ask"\nactions = ["dance"]\n', Policy)
    assert found[0].line == 1 and "dance" in found[0].text


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["api", "port", "x"]), inner, max_size=3)
    ),
)


@given(st.dictionaries(st.sampled_from(["api", "llm", "watch", "autonomy", "notify", "odd"]), VALUES))
def test_our_reading_accepts_exactly_what_the_decoder_accepts(values: dict[str, object]) -> None:
    raw = _toml(values)
    try:
        expected = msgspec.toml.decode(raw, type=Config)
    except msgspec.ValidationError:
        assert problems(raw)
    else:
        assert read_table(raw, Config) == expected


def _toml(values: dict[str, object]) -> bytes:
    """Inline, so that any nesting can be written; TOML has no null, so null becomes an empty text."""
    return "".join(f"{name} = {_inline(value)}\n" for name, value in values.items()).encode()


def _inline(value: object) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{name} = {_inline(each)}" for name, each in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_inline, value)) + "]"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return '"' + "".join(f"\\U{ord(character):08X}" for character in value) + '"'
    return '""' if value is None else str(value)
