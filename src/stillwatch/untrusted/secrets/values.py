"""Where a value begins and ends, in every way of quoting, and whether it can be a secret."""

from __future__ import annotations

import re
from typing import NamedTuple

from stillwatch.untrusted.secrets.names import Strength, words

LONGEST = 8192
LONGEST_WORD = 64

QUOTE = r"""\\{0,15}["'`]|%(?:25)?2[27]|&(?:quot|apos|\#3[49]|\#x2[27]);|\\{1,8}[ux](?:00)?2[27]|[“”„«»]"""
_OPEN = re.compile(
    rf"""(?:[\[(]\s?)?(?:[A-Za-z_][\w.]{{0,24}}\(\s?)?(?:[bBuUrRfFLN@]|b64:|\$)?(?P<quote>{QUOTE})(?:[bBuU](?=['"]))?"""
)
_BARE = re.compile(
    r"""(?:[^\s"'`<>,;&|(){}\[\]\\%:]
    |%
    |[,;&|)}\]"'`:>](?![\s"'`<>,;&|)}\]\\]|[\w.@-]{1,40}["']?\s?[=:]|$)
    |[{(\[<]
    |\\(?![nrt](?:[\w.-]{0,40}[=:\s"'\\]|-|$)|["'`]|$)
    )+""",
    re.X,
)
_ENCODED = re.compile(r"""(?:[^\s"'`<>&%;,|\\]|%(?:25)?(?!2[0267Cc]|0[AaDd]|3[BbDd])(?:[0-9A-Fa-f]{2})?)+""")
_MASK = re.compile(
    r"[*x•.#_X-]{3,}|\*+|<[^<>]*>?|\[[^\]]*\]?|\(.*\)?|\$\{.*|\$\(.*|\$[A-Z_][A-Z0-9_]*|\$[a-z_]+"
    r"|%[sdvqr]|%\(.*|%[A-Z_]{2,}%"
    r"|\{\{.*|\{[\w.]*\}|\{|@[A-Z_]+@|-|\.{1,3}|&[\w.]+|\*\*.*\*\*",
    re.S,
)
_PATH = re.compile(
    r"(?:~|\.{1,2})?/[\w.@:+-]+(?:/[\w.@:+*-]*)*|[A-Za-z]:\\.*|(?:file|unix|env|vault|ref\+\w+|arn|op)://?.*|arn:.*"
)
_HEX = re.compile(r"(?:0x)?[0-9a-f]+|[0-9A-F]+")
_HOST = re.compile(r"[a-z0-9-]+(?:\.[a-z0-9-]+)+|[\w-]+\.[a-z]{1,10}")
_UUID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_PROSE = re.compile(r"[A-Za-z][a-z']*+[.!?]?(?=[ \t]+(?:[a-z']+|[A-Z][a-z']+|\d+)(?:[\s,.!?;)]|$))")


LOOKED_AT_AGAIN = 256


class Value(NamedTuple):
    """text[start:end]; quoted: it stood in quotes, so that its end is sure."""

    start: int
    end: int
    quoted: bool

    @property
    def passed_over(self) -> bool:
        """A value that is no secret may hold further names; a longer run of signs is passed over, so that work stays
        linear. Not what stands in quotes: by one that never closes a stranger would hide all that follows in the line.
        """
        return not self.quoted and self.end - self.start > LOOKED_AT_AGAIN


def read(text: str, at: int, *, encoded: bool = False, until: str = "") -> Value | None:
    """The value that begins at `at`, or None where none does.

    encoded: its separator was percent-encoded, so it ends at an encoded sign. until: a sign that ends it in any case.
    """
    if opened := _OPEN.match(text, at):
        start = opened.end()
        return Value(start, _closing(text, start, opened["quote"]), True)
    if text[at : at + 1] in ("{", "[", "(", "<"):
        return None
    found = (_ENCODED if encoded else _BARE).match(text, at, min(len(text), at + LONGEST))
    if found is None:
        return None
    end = found.end()
    if until and (cut := text.find(until, at, end)) >= 0:
        end = cut
    while end > at and text[end - 1] in ":,;":
        end -= 1
    return Value(at, end, False) if end > at else None


def _closing(text: str, start: int, quote: str) -> int:
    """Where a quoted value ends: at the same quote, unless it is escaped; at the line's end where it is not closed."""
    limit = min(len(text), start + LONGEST)
    line = text.find("\n", start, limit)
    limit = limit if line < 0 else line
    if quote[-1] not in "\"'`" or quote[0] == "%":
        close = text.find({"“": "”", "„": "”", "«": "»"}.get(quote, quote), start, limit)
        return limit if close < 0 else close
    depth, sign, at = len(quote) - 1, quote[-1], start
    while (found := text.find(sign, at, limit)) >= 0:
        slashes = found
        while slashes > start and text[slashes - 1] == "\\" and found - slashes < 64:
            slashes -= 1
        run = found - slashes
        if run < depth:
            return found - run
        if (run - depth) // (depth + 1) % 2 == 0:
            return found - depth
        at = found + 1
    return limit


def is_secret(text: str, value: Value, strength: Strength, *, spaced: bool) -> bool:
    """Whether a value can be a secret. spaced: after "name: ", where prose may follow as well."""
    raw = text[value.start : value.end]
    if not raw.strip() or raw.startswith("[redacted:") or _MASK.fullmatch(raw):
        return False
    plain = raw.strip(".!,;:").lower() if len(raw) < LONGEST_WORD else raw
    if plain in words("states"):
        return False
    if spaced and not value.quoted and _is_prose(text, value):
        return False
    if strength is Strength.strong:
        return _can_be_password(raw, plain)
    if strength is Strength.token:
        return _can_be_token(raw, spaced=spaced, quoted=value.quoted)
    return looks_random(raw)


def _is_prose(text: str, value: Value) -> bool:
    after = text[value.end : value.end + 1]
    if after == ":" or _PATH.fullmatch(text, value.start, value.end):
        return True
    return _PROSE.match(text, value.start, min(len(text), value.end + 64)) is not None


def _can_be_password(raw: str, plain: str) -> bool:
    if _PATH.fullmatch(raw):
        return False
    return not (plain.isdigit() and len(plain) < 3)


def _can_be_token(raw: str, *, spaced: bool, quoted: bool) -> bool:
    if _PATH.fullmatch(raw) or " " in raw.strip():
        return False
    if raw.replace(".", "").isdigit():
        return len(raw) >= 4 and "." not in raw and (quoted or len(raw) >= 6)
    if len(raw) < 4:
        return False
    return not spaced or quoted or len(raw) >= 16 or any(sign.isdigit() or sign.isupper() for sign in raw[1:])


def looks_random(raw: str) -> bool:
    """Letters and digits mixed, no path, no address, no number of a thing."""
    if not 8 <= len(raw) <= LONGEST or _PATH.fullmatch(raw) or _UUID.fullmatch(raw) or _HEX.fullmatch(raw):
        return False
    if ":" in raw or "@" in raw or len(raw.split(None, 1)) > 1 or raw != raw.strip():
        return False
    if re.match(r"\d+[.-]\d", raw) or _HOST.fullmatch(raw):
        return False
    digits = sum(sign.isdigit() for sign in raw[:64])
    letters = sum(sign.isalpha() for sign in raw[:64])
    turns = len(re.findall(r"(?<=[A-Za-z])\d|(?<=\d)[A-Za-z]|(?<=[a-z])[A-Z]", raw[:64]))
    return bool(digits and letters and turns >= 2) or (len(raw) >= 16 and turns >= 4)
