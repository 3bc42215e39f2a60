"""A token count that errs on the high side, for servers that offer no tokenizer."""

from __future__ import annotations

import re

_RUN = re.compile(r"[A-Za-z]+")
_VOWELS = frozenset("aeiouyAEIOUY")
LONGEST_WORD = 16


def tokens_at_most(text: str) -> int:
    """More tokens than a byte-level tokenizer makes of `text`: one for two letters of a word, one for each other byte.

    Such vocabularies never need more than one token a byte, and have most words whole or in pieces of three letters and
    more. What does not look like a word (no vowels to speak of, or very long: keys, hashes, noise) counts by the byte.
    """
    spared = sum(len(run) // 2 for run in _RUN.findall(text) if _is_word(run))
    return len(text.encode("utf-8", "surrogatepass")) - spared


def _is_word(run: str) -> bool:
    vowels = sum(letter in _VOWELS for letter in run)
    return len(run) <= LONGEST_WORD and vowels * 5 >= len(run)
