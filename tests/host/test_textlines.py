from __future__ import annotations

import codecs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stillwatch.host.textlines import TextLines, wide_encoding
from stillwatch.records.line import LINE_LIMIT

TEXT = "Mär 07 one\nzwei – two\nthree\n"


def lines_of(content: bytes, size: int) -> list[bytes]:
    text, found = TextLines(), []
    for start in range(0, len(content), size):
        found += text.take(content[start : start + size])
    return [*found, *text.end()]


@pytest.mark.parametrize("size", [1024, 64, 4096])
@pytest.mark.parametrize(
    "content",
    [
        TEXT.encode(),
        codecs.BOM_UTF8 + TEXT.encode(),
        codecs.BOM_UTF16_LE + TEXT.encode("utf-16-le"),
        codecs.BOM_UTF16_BE + TEXT.encode("utf-16-be"),
        TEXT.encode("utf-16-le"),
        TEXT.encode("utf-16-be"),
        TEXT.replace("\n", "\r\n").encode(),
        TEXT.replace("\n", "\r").encode(),
        TEXT.encode("cp1252"),
        TEXT.replace("one", "\x1b[0;1;31mone\x1b[0m").encode(),
    ],
    ids=["utf-8", "bom", "le-bom", "be-bom", "le", "be", "crlf", "cr", "latin", "colours"],
)  # fmt: skip
def test_all_ways_to_write_a_text_are_the_same_lines(content: bytes, size: int) -> None:
    assert lines_of(content, size) == TEXT.encode().splitlines()


@pytest.mark.parametrize("size", [1, 2, 3, 7])
def test_chunks_may_end_anywhere(size: int) -> None:
    assert lines_of(b"one\r\ntwo\n\nthree\r\nfour", size) == [b"one", b"two", b"", b"three", b"four"]
    assert lines_of(TEXT.encode(), size) == TEXT.encode().splitlines()


def test_long_lines_are_cut_where_a_character_ends() -> None:
    (cut,) = lines_of("ü".encode() * LINE_LIMIT, 1000)
    assert LINE_LIMIT - 3 <= len(cut) <= LINE_LIMIT
    assert set(cut.decode()) == {"ü"}


def test_text_is_not_wide_for_a_zero_or_two() -> None:
    assert wide_encoding(b"plain text with a \0 in it") == ""
    assert lines_of(b"a\0b\n", 10) == [b"a b"]


@given(st.binary(max_size=300), st.integers(1, 50))
def test_every_line_comes_out_in_utf8(content: bytes, size: int) -> None:
    for line in lines_of(content, size):
        line.decode("utf-8")
