"""A token count that errs on the high side, for servers that offer no tokenizer."""

from __future__ import annotations

import math
import re

_WORD = re.compile(r"[A-Za-z]+")


def tokens_at_most(text: str) -> int:
    """More tokens than a byte-level tokenizer makes of `text`: one for two letters of a word, one for each other byte.

    Byte-level vocabularies never need more than one token a byte; only runs of letters are safely shorter than that.
    """
    letters = sum(len(word) - math.ceil(len(word) / 2) for word in _WORD.findall(text))
    return len(text.encode("utf-8", "surrogatepass")) - letters
