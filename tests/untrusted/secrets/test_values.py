from __future__ import annotations

import pytest

from stillwatch.untrusted.secrets.names import Strength
from stillwatch.untrusted.secrets.values import Value, is_secret, looks_random, read


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("abc def", "abc"),
        ("'a b\"c' d", 'a b"c'),
        ('"a\\"b" c', 'a\\"b'),
        ('\\"a b\\", \\"c', "a b"),
        ('\\\\\\"a\\\\\\", x', "a"),
        ("a,b=c", "a"),
        ("a,b c", "a,b"),
        ("ab)c)", "ab)c"),
        ("&quot;a b&quot; c", "a b"),
        ("abc&user=x", "abc"),
        ('"never closed', "never closed"),
        ("Some(\"x y\")", "x y"),
    ],
)  # fmt: skip
def test_where_a_value_ends(text: str, value: str) -> None:
    found = read(text, 0)
    assert found is not None and text[found.start : found.end] == value


def test_a_percent_encoded_value_ends_at_an_encoded_sign() -> None:
    found = read("abc%26user%3Dx", 0, encoded=True)
    assert found is not None and found.end == 3


@pytest.mark.parametrize(
    "said", ["", "********", "<redacted>", "${PASSWORD}", "none", "[redacted:password]", "incorrect", "%s"]
)
def test_what_stands_for_a_value_is_none(said: str) -> None:
    assert not is_secret(said, Value(0, len(said), True), Strength.strong, spaced=False)


def test_prose_after_a_colon_is_no_value() -> None:
    text = "permission denied"
    assert not is_secret(text, Value(0, 10, False), Strength.strong, spaced=True)


@pytest.mark.parametrize(
    ("said", "random"),
    [("a1b2c3d4z5", True), ("AbCd1234EfGh", True), ("shop.example.org", False), ("0123456789abcdef", False),
     ("container", False), ("/var/lib/a1b2c3", False), ("10.0.0.1:8080", False)],
)  # fmt: skip
def test_what_looks_random(said: str, random: bool) -> None:
    assert looks_random(said) is random
