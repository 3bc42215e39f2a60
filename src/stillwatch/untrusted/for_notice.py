"""What a messenger may get: no secrets (R17), and no address that it would fetch to show what is there."""

from __future__ import annotations

from typing import Final

from stillwatch.records.safe import ForNotice
from stillwatch.untrusted.for_page import unloaded
from stillwatch.untrusted.redact import safe_text

TITLE_CHARACTERS: Final = 200
BODY_CHARACTERS: Final = 2_000


def title(text: str) -> ForNotice:
    return ForNotice(safe_text(unloaded(text), TITLE_CHARACTERS))


def body(text: str) -> ForNotice:
    return ForNotice(safe_text(unloaded(text), BODY_CHARACTERS))
