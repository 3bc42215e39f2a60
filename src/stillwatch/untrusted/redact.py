"""The door of events: secrets out (R17), control characters out, length bounded. All that is kept passes here."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache

from stillwatch.untrusted.secrets.span import PLACEHOLDER, Span

TEXT_LIMIT = 2000
FIELD_LIMIT = 256

_ANSI = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|[@-Z\\-_])")
"""Of a title or a link to click (OSC) the begin and the end alone: a stranger hides nothing of a line between them."""
_CONTROL = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    "\U000e0000-\U000e007f]"
)
_SPACE = re.compile(r"[\t\n\u2028\u2029]+")

_ROUNDS = 3
"""What is cut out may bring together what was apart; after the second round nothing is left but made-up cases."""


def redact(text: str) -> str:
    """Replace what looks like a secret by `[redacted:kind]`. Idempotent; linear in the length of the text."""
    find = _find()
    for _ in range(_ROUNDS):
        spans = _outside(text, find(text))
        if not spans:
            return text
        text = _replaced(text, spans)
    return text


@cache
def _find() -> Callable[[str], list[Span]]:
    from stillwatch.untrusted.secrets.find import finder  # loads and compiles what many commands do not need

    return finder().find


def _outside(text: str, spans: list[Span]) -> list[Span]:
    """Without what is redacted already: spans that begin within a placeholder, or are one."""
    if not spans or "[redacted:" not in text:
        return spans
    kept, done = [], PLACEHOLDER.finditer(text)
    place = next(done, None)
    for span in spans:
        while place and place.end() <= span.start:
            place = next(done, None)
        if place is None or not place.start() <= span.start < place.end():
            kept.append(span)
    return kept


def _replaced(text: str, spans: list[Span]) -> str:
    pieces: list[str] = []
    at = 0
    for span in spans:
        pieces += (text[at : span.start], f"[redacted:{span.kind}]")
        at = span.end
    return "".join((*pieces, text[at:]))


def clean(text: str, limit: int = TEXT_LIMIT) -> str:
    """One printable line of at most `limit` characters: no terminal sequences, control or direction characters."""
    text = _CONTROL.sub("", _SPACE.sub(" ", _ANSI.sub("", text[: limit * 8])))
    text = text.encode("utf-8", "replace").decode("utf-8") if not text.isascii() else text
    return text if len(text) <= limit else text[: limit - 1] + "…"


def safe_text(text: str, limit: int = TEXT_LIMIT) -> str:
    """What may be kept, shown and sent on: cleaned before redacted, so that no control character hides a secret."""
    return clean(redact(clean(text, 4 * limit)), limit)
