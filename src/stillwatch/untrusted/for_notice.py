"""What a messenger may get: no secrets (R17), and no address that it would fetch to show what is there."""

from __future__ import annotations

from typing import Final

from stillwatch.records.safe import ForNotice
from stillwatch.untrusted.for_page import unloaded
from stillwatch.untrusted.redact import safe_text

TITLE_CHARACTERS: Final = 200
BODY_CHARACTERS: Final = 2_000


def title(text: str) -> ForNotice:
    return _line(text, TITLE_CHARACTERS)


def body(text: str) -> ForNotice:
    return _line(text, BODY_CHARACTERS)


def _line(text: str, longest: int) -> ForNotice:
    """What nobody sees goes first: it could keep a mark apart until it is looked for, and bring it together after."""
    line = unloaded(safe_text(text, longest))
    return ForNotice(line if len(line) <= longest else f"{line[: longest - 1]}…")
