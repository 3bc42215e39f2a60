from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from stillwatch.untrusted.for_html import joined, markup, text


@given(st.text(max_size=500))
def test_r16_no_text_becomes_a_mark(words: str) -> None:
    shown = markup("<b>{words}</b>", words=text(words))
    assert shown.startswith("<b>") and shown.endswith("</b>") and shown.count("<") == 2
    assert '"' not in text(words)


def test_braces_of_others_are_no_places() -> None:
    assert markup("{a}", a=text("{b} {a}")) == "{b} {a}"
    assert joined([text("a"), text("<")]) == "a&lt;"
