from __future__ import annotations

import json

import pytest

from stillwatch.untrusted.for_terminal import harmless, json_text, one_line, paragraphs, piece

OBEYED = "".join(map(chr, [*range(32), *range(0x7F, 0xA0), 0x200B, 0x202E, 0x2066, 0x2028, 0xFEFF, 0xE0041, 0xD800]))
"""C0, DEL, C1, direction, what cannot be seen, half of a pair."""


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("two\nlines\tand\x00a\x1b[31mcolour", "two lines anda[31mcolour"),
        ("\u202eevil\u2066\u200b", "evil"),
        ("a\u00a0b", "a b"),
        ("  spaces   everywhere ", "spaces everywhere"),
        ("", ""),
    ],
)
def test_untrusted_text_is_one_harmless_line(text: str, clean: str) -> None:
    assert one_line(text) == clean


def test_long_text_is_cut_where_it_is_told() -> None:
    assert one_line("x" * 10_000_000, 10) == "x" * 9 + "…"
    assert one_line("x" * 10, 10) == "x" * 10


def test_paragraphs_keep_their_lines() -> None:
    assert paragraphs("\n\na\x1b\n  b\n\n") == ["a", "  b"]


def test_r16_nothing_that_a_terminal_obeys_is_left() -> None:
    text = "".join(f"a{sign}" for sign in OBEYED)
    for shown in (piece(text), one_line(text), harmless(text).replace("\n", ""), *paragraphs(text)):
        assert shown.isprintable()
    assert harmless("a\n  b\n") == "a\n  b\n" and piece("  a ") == "  a "


def test_r16_json_for_a_terminal_says_the_same_and_has_none_of_it() -> None:
    value = {"text": f"é–日本😀 {OBEYED}", "rows": [1, None]}
    for indent in (None, 2):
        shown = json_text(json.dumps(value, indent=indent, ensure_ascii=False))
        assert shown.replace("\n", "").isprintable() and "é–日本😀" in shown
        assert json.loads(shown) == value
