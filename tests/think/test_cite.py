from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stillwatch.think.cite import CitationFilter, evidence_list
from tests.think.incidents import evidence


def through(pieces: list[str], known: tuple[str, ...] = ("E1", "E12")) -> tuple[str, list[str]]:
    out = list[str]()
    words = CitationFilter(known, out.append)
    for piece in pieces:
        words.hear(piece)
    words.end()
    return "".join(out), words.cited


@pytest.mark.parametrize(
    ("text", "clean", "cited"),
    [
        ("It is full [E1].", "It is full [E1].", ["E1"]),
        ("[E99] no [E12] yes [E12][E1]", " no [E12] yes [E12][E1]", ["E12", "E1"]),
        ("a [link](http://x) b", "a [link] (http://x) b", []),
        ("![x](http://x)", "! [x] (http://x)", []),
        ("<img src=x> 1 < 2 </b>", "‹img src=x> 1 < 2 ‹/b>", []),
        ("open [E1", "open [E1", []),
        ("list[0] and [not a citation at all]", "list[0] and [not a citation at all]", []),
        ("", "", []),
    ],
)
def test_however_it_is_cut_the_same_comes_out(text: str, clean: str, cited: list[str]) -> None:
    for size in (1, 2, 3, 5, 100):
        pieces = [text[at : at + size] for at in range(0, len(text), size)]
        assert through(pieces) == (clean, cited), size


@given(st.lists(st.text(alphabet="[]()!<>E19a `", max_size=8), max_size=12))
def test_nothing_that_a_page_would_load_or_that_does_not_exist_gets_through(pieces: list[str]) -> None:
    text, _ = through(pieces)
    assert "![" not in text and "](" not in text and "<E" not in text and "<a" not in text
    assert "[E9]" not in text and "[E99]" not in text


def test_evidence_that_comes_up_later_may_be_cited() -> None:
    out = list[str]()
    words = CitationFilter([], out.append)
    words.know(["E7"])
    words.hear("x [E7]")
    words.end()
    assert "".join(out) == "x [E7]"


def test_the_list_quotes_on_one_line_without_marks() -> None:
    shown = evidence_list([evidence(1, "a `b`\n# c ![x](y) " + "z" * 400), evidence(2, "")])
    first, second = shown.splitlines()[-2:]
    assert first.count("`") == 4 and "a 'b' # c" in first and first.endswith("…`") and second.endswith("(empty)")
    assert evidence_list([]) == ""
