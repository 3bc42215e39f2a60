"""A typed line becomes words, or is refused: a lexer of the POSIX words that mean themselves.

What a shell would expand, redirect, chain, comment or look up is never quietly dropped: it is refused with its reason,
because a person who typed it expects a shell, and there is none (R1).
"""

from __future__ import annotations

import re
from typing import Final

MAX_LINE: Final = 1024
MAX_WORDS: Final = 64

SHELL: Final[dict[str, str]] = {
    "|": "a pipe",
    "&": "a background or && operator",
    ";": "a command separator",
    "<": "a redirection",
    ">": "a redirection",
    "(": "a subshell or process substitution",
    ")": "a subshell or process substitution",
    "$": "an expansion",
    "`": "a command substitution",
    "\\": "a backslash escape outside quotes",
    "*": "an unquoted glob",
    "?": "an unquoted glob",
    "[": "an unquoted glob",
    "]": "an unquoted glob",
    "{": "a brace expansion",
    "}": "a brace expansion",
    "!": "a history expansion or negation",
}
ASSIGNMENT: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\+?=")


class NotAllowed(Exception):
    """rule: which part of the grammar refuses ("command:shell"); reason: one sentence for a person."""

    def __init__(self, rule: str, reason: str) -> None:
        super().__init__(reason)
        self.rule = rule
        self.reason = reason


def split(line: str) -> tuple[str, ...]:
    """The words of a typed line. Raises NotAllowed for anything that only a shell could give a meaning."""
    _check_characters(line)
    words = tuple(_scan(line))
    if not words:
        raise NotAllowed("command:empty", "there is no command")
    check_words(words)
    return words


def check_words(words: tuple[str, ...]) -> None:
    """What must hold of words however they came. Raises NotAllowed."""
    if len(words) > MAX_WORDS:
        raise NotAllowed("command:length", f"more than {MAX_WORDS} words")
    for word in words:
        _check_characters(word)
    if ASSIGNMENT.match(words[0]):
        raise NotAllowed("command:shell", f"{words[0][:40]!r} is a variable assignment")


def _check_characters(text: str) -> None:
    if len(text) > MAX_LINE:
        raise NotAllowed("command:length", f"longer than {MAX_LINE} characters")
    for character in text:
        if not " " <= character <= "~":
            raise NotAllowed("command:characters", f"the character U+{ord(character):04X} is not plain printable ASCII")


def _scan(line: str) -> list[str]:
    words: list[str] = []
    word: str | None = None
    at = 0
    while at < len(line):
        character = line[at]
        if character == " ":
            if word is not None:
                words.append(word)
            word, at = None, at + 1
        elif character in "'\"":
            text, at = _quoted(line, at)
            word = (word or "") + text
        else:
            _check_bare(character, starts_word=word is None)
            word, at = (word or "") + character, at + 1
    return words if word is None else [*words, word]


def _check_bare(character: str, *, starts_word: bool) -> None:
    if character in SHELL:
        raise NotAllowed("command:shell", f"{character!r} is {SHELL[character]}; no shell runs here")
    if character == "~" and starts_word:
        raise NotAllowed("command:shell", "'~' is a home directory; no shell runs here")
    if character == "#" and starts_word:
        raise NotAllowed("command:shell", "'#' begins a comment; no shell runs here")


def _quoted(line: str, start: int) -> tuple[str, int]:
    """Text between the quotes at `start`, and the place after them."""
    quote = line[start]
    text, at = "", start + 1
    while at < len(line):
        character = line[at]
        if character == quote:
            return text, at + 1
        if quote == '"' and character in "$`!":
            raise NotAllowed("command:shell", f"{character!r} in double quotes is an expansion; use single quotes")
        if quote == '"' and character == "\\" and line[at + 1 : at + 2] in ('"', "\\", "$", "`"):
            at += 1
        text, at = text + line[at], at + 1
    raise NotAllowed("command:shell", f"the quote {quote} is never closed")
