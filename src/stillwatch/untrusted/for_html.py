"""What a page may show: text from anywhere is escaped, and markup is written where it is used."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

from stillwatch.records.safe import ForHtml
from stillwatch.untrusted.redact import clean


def text(words: object, longest: int = 600) -> ForHtml:
    """Anything as text of one line that no browser takes for a mark."""
    return ForHtml(escape(clean(str(words), longest)))


def markup(template: str, /, **parts: ForHtml) -> ForHtml:
    """Markup of ours with something put in; `template` is written where it is used, and tests hold it to that."""
    return ForHtml(template.format_map(parts))


def joined(parts: Iterable[ForHtml]) -> ForHtml:
    return ForHtml("".join(parts))
