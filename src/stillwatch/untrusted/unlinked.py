"""Names that a window makes a link of by itself are kept from being one: `evil.example`, `user@evil.example`.

GitHub's Markdown links mail addresses, others and messengers whatever ends as a domain does; a messenger also fetches
it, to show what is there. What stands in a code span is linked by none, and reads, and is copied, as it is.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

LONGEST_NAME: Final = 256
"""More than a host's name has (RFC 1035, section 2.3.4)."""
LONGEST_SPAN: Final = 400
NO_DOMAINS: Final = frozenset((
    "service", "socket", "target", "timer", "mount", "automount", "slice", "scope", "device", "path", "swap",
    "conf", "cfg", "cnf", "ini", "toml", "yaml", "yml", "json", "xml", "html", "htm", "css", "js", "csv", "txt", "log",
    "err", "out", "list", "sources", "repo", "rules", "local", "db", "sqlite", "sql", "pid", "lock", "sock", "gz", "bz",
    "xz", "zst", "tar", "tgz", "deb", "rpm", "jar", "war", "ko", "img", "iso", "bak", "old", "orig", "tmp", "env",
    "key", "pem", "crt", "csr", "journal", "nix", "php", "conffile", "dpkg-new", "dpkg-old",
))  # fmt: skip
"""Endings of units and of files that no domain has: `nginx.service` is linked by nobody."""
_WORD: Final = re.compile(r"[\w.@+/:%-]+")
_PART: Final = re.compile(rf"(?P<ticks>`+|~+)|(?P<word>{_WORD.pattern})|[^\w.@+/:%`~-]+")
_MAIL: Final = re.compile(r"@[\w-]++(?:\.([\w-]++))++")
_TOP: Final = re.compile(r"[^\W\d_]{2,63}|[Xx][Nn]--[\w-]{2,59}")
_SIGN: Final = re.compile(r"@|(?<=[\w-])\.(?=[\w-])")
_MENTION: Final = re.compile(r"(?<!\w)@(?=\w)")
_HANGING: Final = ".:/%+-"
_LINE_ENDS: Final = re.compile(r"[\r\n]")
_LINE_BEGINS: Final = re.compile(r"[ \t>]{0,20}(?:(?:[-*+]|\d{1,9}[.)])[ \t]{1,9})?")


class Unlinked:
    """Pieces in, pieces without links out. in_code: names are put into code spans; else their signs are set apart.

    Only a code span that ends on its line counts as one, and every other back quote of a line becomes an apostrophe:
    so no reader of Markdown pairs them otherwise, and takes for text what was taken for code here.
    """

    def __init__(self, say: Callable[[str], None], *, in_code: bool) -> None:
        self._tell, self._in_code = say, in_code
        self._held = self._line = ""
        self._fenced = False

    def hear(self, piece: str) -> None:
        self._held = self._let_go(self._held + piece, whole=False)

    def end(self) -> None:
        """What was held back, now that nothing follows."""
        held, self._held = self._held, ""
        self._let_go(held, whole=True)

    def _let_go(self, text: str, *, whole: bool) -> str:
        """Say as much as can be judged; the rest of the text, which the next piece may complete."""
        at, said = 0, list[str]()
        while part := _PART.match(text, at):
            open_end = part.end() == len(text) and not whole
            if open_end and (part["ticks"] or (part["word"] and len(part[0]) <= LONGEST_NAME)):
                break
            if part["ticks"] and self._in_code:
                length = self._span(text, part, whole=whole)
                if not length:
                    break
                said.append(self._noted(self._ticked(text[at : at + length], part["ticks"])))
                at += length
                continue
            words = self._unmentioned(self._named(part[0])) + " " * open_end if part["word"] else part[0]
            said.append(self._noted(words))
            at = part.end()
        if said:
            self._tell("".join(said))
        return text[at:]

    def _span(self, text: str, ticks: re.Match[str], *, whole: bool) -> int:
        """How long the code span is that begins here, or the marks where none does; 0 where that is not known yet."""
        length = len(ticks[0])
        if self._line.endswith("\\") or (length >= 3 and _LINE_BEGINS.fullmatch(self._line)):
            return length
        line, *more = _LINE_ENDS.split(text[ticks.end() : ticks.end() + LONGEST_SPAN], maxsplit=1)
        for found in re.finditer(r"`+", line if ticks[0][0] == "`" else ""):
            if len(found[0]) == length:
                end = ticks.end() + found.end()
                return end - ticks.start() if end < len(text) or whole else 0
        return length if more or len(line) == LONGEST_SPAN or whole or ticks[0][0] == "~" else 0

    def _ticked(self, span: str, ticks: str) -> str:
        if span != ticks:
            return " " * self._line.endswith("`") + span
        if len(ticks) >= 3 and _LINE_BEGINS.fullmatch(self._line):
            self._fenced = not self._fenced
            return ticks
        return ticks.replace("`", "'")

    def _named(self, word: str) -> str:
        name = word.rstrip(_HANGING)
        if not self._is_linked(name):
            return word
        if self._in_code and not self._fenced:
            return f"{' ' * self._line.endswith(('`', chr(92)))}`{name}`{word[len(name) :]}"
        return _SIGN.sub(r"[\g<0>]", name) + word[len(name) :]

    def _unmentioned(self, word: str) -> str:
        """Messengers call whoever stands behind such a sign, or everyone (`@here`)."""
        return word if self._in_code else _MENTION.sub("[@]", word)

    def _is_linked(self, name: str) -> bool:
        if mail := _MAIL.search(name):
            return self._in_code or mail[1].lower() not in NO_DOMAINS
        return any(map(_is_domain, re.split(r"[:@%+]", name.partition("/")[0])))

    def _noted(self, words: str) -> str:
        *ended, line = _LINE_ENDS.split(words)
        self._line = f"{'' if ended else self._line[:LONGEST_NAME]}{line}"
        return words


def _is_domain(name: str) -> bool:
    *_, above, last = ("", *name.rpartition("..")[2].strip(".-_").split("."))
    return bool(above and _TOP.fullmatch(last)) and last.lower() not in NO_DOMAINS
