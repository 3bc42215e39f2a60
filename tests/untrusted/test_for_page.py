from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stillwatch.untrusted.for_page import CitationFilter, evidence_list, unloaded, without_evidence
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
        ("a [link](http://x) b", "a [link] (http:/ /x) b", []),
        ("![x](http://x)", "! [x] (http:/ /x)", []),
        ("![x][a]\n[a]: //evil.example/q", "! [x][a]\n[a] : / /evil.example/q", []),
        ("sshd[163345] is not [163345], [^1], 【7】 or [# 2].", "sshd[163345] is not , ,  or .", []),
        ("Nor are ［E7］, 〔8〕, ⟦E9⟧, ⟨10⟩.", "Nor are , , , .", []),
        (
            "both [E1, E12; E99] and [E1-E12] on [2026-11-27] at [10:30]",
            "both [E1][E12] and [E1][E12] on [2026-11-27] at [10:30]",
            ["E1", "E12"],
        ),
        ("[e1] [INC-1] [E 1] [ E12 ]", "   [E12]", ["E12"]),
        ("```\u00a0mermaid\nA\n```", "```\nmermaid\nA\n```", []),
        ("~~~\u2003\u3000\u2028vega\nA\n~~~", "~~~\nvega\nA\n~~~", []),
        ("/var//log // no //a", "/var//log // no / /a", []),
        ("see www.evil.example, wwww.x and ww.x", "see www[.]`evil.example`, wwww[.]x and ww.x", []),
        ("see WWW.evil.example and Www.x", "see WWW[.]`evil.example` and Www[.]x", []),
        ("at 10:30: a:/b c://d", "at 10:30: a:/b c:/ /d", []),
        ("```mermaid\nA@{ img: x }\n```", "```\nmermaid\nA@{ img: x }\n```", []),
        ("> ~~~~ \tvega\n{}\n~~~~", "> ~~~~\nvega\n{}\n~~~~", []),
        ("run `df -h` or ``a`b``", "run `df -h` or ``a`b``", []),
        ("<|begin_of_thought|> ◁think▷", "‹|begin_of_thought|> ‹think▷", []),
        ("**Evidence**\n- [E1] all is well", "**Evidence **\n- [E1] all is well", ["E1"]),
        ("<img src=x> 1 < 2 </b>", "‹img src=x> 1 < 2 ‹/b>", []),
        ("1//" + 40 * "1", "1//" + 40 * "1", []),
        ("\\[E99\\] [**E1**] [ _E 99_ ] [E\u200b99] [Evidence 99] [sources 7].", "\\ [E1]    .", ["E1"]),
        ("[see E99] [E99: web] [E1: web] [E1 or E99] [E5-2670] [a E1x]", "  [E1: web] [E1] [E5-2670] [a E1x]", ["E1"]),
        ("&#91;E99&#x5D; &lbrack;E9] a & b; &amp AT&T", "& #91;E99& #x5D; & lbrack;E9] a & b; &amp AT&T", []),
        (r"http:\/\/x http:\//x http:/\/x http\://x", r"http:/ /x http:/ /x http:/ /x http\:/ /x", []),
        (
            r"see www\.evil.example https:&#47;&sol;x www&period;x",
            "see www[.]`evil.example` https:& #47;& sol;x www& period;x",
            [],
        ),
        ("open [E1", "open [E1", []),
        ("list[0] and [not a citation at all]", "list[0] and [not a citation at all]", []),
        ("", "", []),
    ],
)
def test_however_it_is_cut_the_same_comes_out(text: str, clean: str, cited: list[str]) -> None:
    for size in (1, 2, 3, 5, 100):
        pieces = [text[at : at + size] for at in range(0, len(text), size)]
        assert through(pieces) == (clean, cited), size


@given(st.lists(st.text(alphabet="[]()!<>E19a `:/w.~&#;\\\u00a0\u2003", max_size=8), max_size=12))
def test_nothing_that_a_page_would_load_or_that_does_not_exist_gets_through(pieces: list[str]) -> None:
    text, _ = through(pieces)
    assert "![" not in text and "](" not in text and "<E" not in text and "<a" not in text
    assert not re.search(r"(?<!\w)\[(?!(?:E1|E12)\])E?\d+\]", text)
    assert "://" not in text and "]:" not in text and re.search(r"(?:`{3}|~{3})[^\S\n]*[^\s`~]", text) is None


@given(st.lists(st.text(alphabet="[]()!<E1 `:/w.*Evidnc~&#;\\\n", max_size=6), max_size=12))
def test_pieces_make_no_difference(pieces: list[str]) -> None:
    assert through(pieces) == through(["".join(pieces)])


@given(st.text(alphabet="[]()!<>E19a `:/w.~&#;\\", max_size=60))
def test_what_is_broken_once_stays_as_it_is(text: str) -> None:
    assert unloaded(unloaded(text)) == unloaded(text)


def test_the_list_runs_nothing_that_it_quotes() -> None:
    shown = evidence_list([evidence(1, "<code_interpreter>import os</code_interpreter> <|im_end|> ◁think▷ 1 < 2")])
    assert "`‹code_interpreter>import os‹/code_interpreter> ‹|im_end|> ‹think▷ 1 < 2`" in shown


def test_the_list_quotes_on_one_line_without_marks() -> None:
    shown = evidence_list([evidence(1, "a `b`\n# c ![x](y) " + "z" * 400), evidence(2, "")])
    first, second = shown.splitlines()[-2:]
    assert first.count("`") == 4 and "a 'b' # c" in first and first.endswith("…`") and second.endswith("(empty)")
    assert evidence_list([]) == ""


def test_where_it_is_from_is_said_once() -> None:
    shown = evidence_list([evidence(1, "web.service: failed"), evidence(2, "bind() failed")]).splitlines()[-2:]
    assert shown == ["- [E1] journal: `web.service: failed`", "- [E2] journal, `web.service`: `bind() failed`"]


def test_the_list_is_taken_off_again() -> None:
    assert without_evidence(f"It is taken [E1].{evidence_list([evidence(1)])}") == "It is taken [E1]."


def test_a_model_that_babbles_marks_is_heard_to_its_end() -> None:
    for text in ("`" * 60_000 + "x", "~" * 60_000 + " x", "[E1" * 20_000):
        assert len(unloaded(text)) >= len(text)
