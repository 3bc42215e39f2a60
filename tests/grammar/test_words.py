"""The lexer: words that mean themselves, and every shell trick refused with its reason."""

from __future__ import annotations

import shlex

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stillwatch.grammar.words import MAX_LINE, MAX_WORDS, NotAllowed, check_words, split


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("df -h", ("df", "-h")),
        ("  df   -h  ", ("df", "-h")),
        ("grep 'a b' /x", ("grep", "a b", "/x")),
        ('grep "a b" /x', ("grep", "a b", "/x")),
        ("grep 'a|b;c&d$e`f' /x", ("grep", "a|b;c&d$e`f", "/x")),
        (r'grep "a\|b" /x', ("grep", r"a\|b", "/x")),
        (r'grep "a\"b" /x', ("grep", 'a"b', "/x")),
        ("grep '' /x", ("grep", "", "/x")),
        ("d''f", ("df",)),
        ("a=b'c'd", None),
        ("date +%s", ("date", "+%s")),
        ("ls a~ b#c", ("ls", "a~", "b#c")),
        ("journalctl _PID=1", ("journalctl", "_PID=1")),
    ],
)
def test_words(line: str, words: tuple[str, ...] | None) -> None:
    if words is None:
        with pytest.raises(NotAllowed):
            split(line)
    else:
        assert split(line) == words


@pytest.mark.parametrize("character", list("|&;<>()$`\\*?[]{}!"))
def test_a_shell_character_outside_quotes_is_refused(character: str) -> None:
    with pytest.raises(NotAllowed) as caught:
        split(f"df {character}x")
    assert caught.value.rule == "command:shell"
    assert repr(character) in caught.value.reason


@pytest.mark.parametrize(
    "line",
    [
        "df\n-h",
        "df\t-h",
        "df\r",
        "df\x00",
        "df\x1b[31m",
        "df \u2013h",
        "d\u0435f",
        "df\u200b",
        "df \u00a0-h",
        "ｄf",
        "df \u202e",
        "df\x7f",
    ],
)
def test_whatever_is_not_plain_printable_ascii_is_refused(line: str) -> None:
    with pytest.raises(NotAllowed) as caught:
        split(line)
    assert caught.value.rule == "command:characters"


@pytest.mark.parametrize(
    "line", ["", "   ", "A=b df", "PATH+=:/tmp df", "'df", 'df "', '"$x"', '"!x"', '"`x`"', "~/x", "#df"]
)
def test_refused(line: str) -> None:
    with pytest.raises(NotAllowed):
        split(line)


def test_limits() -> None:
    with pytest.raises(NotAllowed):
        split("d" * (MAX_LINE + 1))
    with pytest.raises(NotAllowed):
        split("d " * (MAX_WORDS + 1))
    with pytest.raises(NotAllowed):
        check_words(("df", "\n"))


@given(
    st.lists(st.text(alphabet=st.characters(min_codepoint=32, max_codepoint=126), max_size=12), min_size=1, max_size=8)
)
def test_what_a_posix_shell_would_quote_comes_back_unchanged(words: list[str]) -> None:
    line = " ".join("'" + word.replace("'", "_") + "'" for word in words)
    expected = tuple(word.replace("'", "_") for word in words)
    try:
        assert split(line) == expected
    except NotAllowed as refused:
        assert refused.rule == "command:shell"
        assert "=" in expected[0]


@given(st.text(max_size=60))
def test_an_accepted_line_has_the_words_that_shlex_sees(line: str) -> None:
    try:
        words = split(line)
    except NotAllowed:
        return
    assert list(words) == shlex.split(line)
