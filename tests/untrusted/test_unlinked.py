from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from stillwatch.untrusted.unlinked import LONGEST_NAME, LONGEST_SPAN, Unlinked

MARKDOWN = MarkdownIt("commonmark", {"html": False})
LINKED = re.compile(r"(?<![\w/.])[\w-]+\.(?:com|example)\b|@\w+\.\w")
"""What windows make a link of: a name that ends as a domain does, a mail address."""
PIECES = st.sampled_from((
    "evil.example", "evil.com", "a@evil.com", "mailto:a@evil.com", "`", "``", "```", "~~~", " ", "    ", "\n", "\n\n",
    "\r", "\\", "*", "**", "_", "[", "]", "- ", "1. ", "> ", "# ", "|", "x", "nginx.service", "/etc/x.conf", ":", "'",
    ".", "@", "\u00a0", "\t", "evil.com/a?b=c", "\u2028", "===", "x.y",
))  # fmt: skip


def through(pieces: list[str], *, in_code: bool = True) -> str:
    out = list[str]()
    names = Unlinked(out.append, in_code=in_code)
    for piece in pieces:
        names.hear(piece)
    names.end()
    return "".join(out)


@pytest.mark.parametrize(
    ("text", "in_code", "plain"),
    [
        ("see evil.example, or", "see `evil.example`, or", "see evil[.]example, or"),
        ("root@mail.evil.example.", "`root@mail.evil.example`.", "root[@]mail[.]evil[.]example."),
        ("getty@tty1.service failed", "`getty@tty1.service` failed", "getty@tty1.service failed"),
        ("nginx.service reads /etc/nginx.d/a.sh", "nginx.service reads /etc/nginx.d/a.sh", ""),
        ("1.24.0-2ubuntu7.1 at 10.0.0.1, e.g. a.", "1.24.0-2ubuntu7.1 at 10.0.0.1, e.g. a.", ""),
        ("run `dig evil.example` or ``a`b.com``", "run `dig evil.example` or ``a`b.com``", None),
        ("```\ndig evil.example\n```\nevil.com", "```\ndig evil[.]example\n```\n`evil.com`", None),
        ("~~~\nevil.com\n~~~\n~~~~x", "~~~\nevil[.]com\n~~~\n~~~~x", None),
        ("` evil.example\n` evil.com `", "' `evil.example`\n` evil.com `", None),
        (r"\` evil.example `", r"\' `evil.example` '", None),
        ("a\\evil.com`b`evil.com`c`", "a\\ `evil.com` `b` `evil.com` `c`", None),
        ("x ``` y", "x ''' y", "x ``` y"),
        ("EVIL.COM:80/x **evil.com** xn--a.xn--p1ai", "`EVIL.COM:80/x` **`evil.com`** `xn--a.xn--p1ai`", None),
        ("...evil.com a..b", "`...evil.com` a..b", "...evil[.]com a..b"),
    ],
)
def test_r43_a_name_is_no_link_and_can_be_read(text: str, in_code: str, plain: str | None) -> None:
    for size in (1, 2, 3, 100):
        pieces = [text[at : at + size] for at in range(0, len(text), size)]
        assert through(pieces) == in_code, size
        if plain is not None:
            assert through(pieces, in_code=False) == (plain or text), size


@given(st.lists(PIECES, max_size=14))
def test_r43_whatever_surrounds_it_no_reader_of_markdown_finds_a_name_outside_of_code(pieces: list[str]) -> None:
    said = through(pieces)
    assert [text for text in _texts(MARKDOWN.parse(said)) if LINKED.search(text)] == []
    assert said == through(["".join(pieces)])
    assert LINKED.search(through(pieces, in_code=False)) is None


def test_r41_what_never_ends_is_not_kept() -> None:
    for text in ("a" * 3_000 + ".com", "`" + "a " * 1_000, "`x" * 1_000):
        out = list[str]()
        names = Unlinked(out.append, in_code=True)
        for sign in text:
            names.hear(sign)
        assert len("".join(out)) >= len(text) - max(LONGEST_NAME, LONGEST_SPAN) - 1


def _texts(tokens: list[Token]) -> Iterator[str]:
    for token in tokens:
        if token.type == "text":
            yield token.content
        yield from _texts(token.children or [])
