"""Whether words are a copy of text from outside (R43): a model that repeats a log line as its own answer speaks for
whoever wrote the line. Linear in the length of all texts."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

RUN: Final = 5
"""So many words in a row, the same as in a text from outside, are no accident."""
PAIR: Final = 2
MOSTLY: Final = 0.8
_WORD: Final = re.compile(r"[^\W_]+")
_CODE: Final = re.compile(r"(`+)(.+?)\1", re.DOTALL)
_CITATION: Final = re.compile(r"\[E\d+\]")
_COMMAND: Final = re.compile(
    r">>?|[|;&]|\$\(|<<|(?:^|\s)(?:sudo|su|doas|curl|wget|sh|bash|eval|exec|echo|printf|tee|rm|mv|cp|dd|chmod|chown|chattr"
    r"|kill|pkill|killall|systemctl|service|useradd|usermod|passwd|iptables|nft|ufw|crontab|ssh|scp|nc|python3?|perl|pip"
    r"|npm|apt|apt-get|dnf|yum|docker|kubectl|mkfs\S*|mount|umount|reboot|shutdown|poweroff|stillwatch)\s",
    re.IGNORECASE,
)


def echoes(said: str, outside: Iterable[str], ours: str = "") -> bool:
    """outside: texts that strangers could write; ours: what fixed code has said, its quotations left out.

    Plain words may not repeat RUN words in a row of them; a quotation (`code`) may, unless little else is said or what
    is quoted reads like a command.
    """
    texts, known = [_words(text) for text in outside], _words(_CODE.sub(" ", ours))
    foreign = {run for words in texts for run in _runs(words)} - set(_runs(known))
    pairs = {run for words in texts for run in _runs(words, PAIR)} - set(_runs(known, PAIR))
    bare = _CITATION.sub(" ", said)
    if any(run in foreign for run in _runs(_words(_CODE.sub(" | ", bare)))):
        return True
    quoted = [span for _, span in _CODE.findall(bare)]
    if any(_COMMAND.search(f"{span} ") and any(run in pairs for run in _runs(_words(span), PAIR)) for span in quoted):
        return True
    words = _words(bare)
    return len(words) > 0 and _copied(words, foreign) / len(words) >= MOSTLY


def _words(text: str) -> list[str]:
    return _WORD.findall(text.casefold())


def _runs(words: list[str], size: int = RUN) -> Iterable[tuple[str, ...]]:
    return (tuple(words[at : at + size]) for at in range(len(words) - size + 1))


def _copied(words: list[str], foreign: set[tuple[str, ...]]) -> int:
    """How many of the words stand in a run that is foreign."""
    copied, until = 0, 0
    for at, run in enumerate(_runs(words)):
        if run in foreign:
            copied += at + RUN - max(at, until)
            until = at + RUN
    return copied
