"""A token count that errs on the high side, for servers that offer no tokenizer."""

from __future__ import annotations

import functools
import re

_RUN = re.compile(rb"[A-Za-z]+")
_VOWELS = b"aeiouyAEIOUY"
LONGEST_WORD = 16
KNOWN_WORDS = 4096


def tokens_at_most(text: str) -> int:
    """More tokens than a byte-level tokenizer makes of `text`: one for two letters of a word, one for each other byte.

    Such vocabularies never need more than one token a byte, and have most words whole or in pieces of three letters and
    more. What does not look like a word (no vowels to speak of, or very long: keys, hashes, noise) counts by the byte.
    """
    raw = text.encode("utf-8", "surrogatepass")
    return len(raw) - sum([_spared(run) for run in _RUN.findall(raw) if len(run) <= LONGEST_WORD])


@functools.lru_cache(KNOWN_WORDS)
def _spared(run: bytes) -> int:
    """Kept for words seen lately: prompts repeat theirs, and are counted at every step."""
    vowels = len(run) - len(run.translate(None, _VOWELS))
    return len(run) // 2 if vowels * 5 >= len(run) else 0
