"""What every table of a configuration file is made of."""

from __future__ import annotations

import msgspec
from msgspec import Meta


def says(words: str) -> Meta:
    """What a key means: the reference page and the schema say it."""
    return Meta(description=words)


class Section(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Base of every table: unknown keys are an error, not a typo that goes unseen."""
