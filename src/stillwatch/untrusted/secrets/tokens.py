"""Tokens that are known by their form: those of vendors (tokens.toml), JSON web tokens, prefixed tokens of others."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from importlib.resources import files

from stillwatch.untrusted.secrets.span import Detector, Span

LONGEST = 4096
_START = r"(?<![A-Za-z0-9])"
_HEX = re.compile(r"[0-9a-f]+", re.I)
_MIXED = re.compile(r"(?=[^0-9]*[0-9])|(?=[^A-Z]*[A-Z])(?=[^a-z]*[a-z])(?=.{12})|[A-Za-z0-9]{20}")

_JWT = re.compile(
    r"(?<![A-Za-z0-9_.-])e(?:yJ|wog|30)[A-Za-z0-9_=-]{6,4096}+\.[A-Za-z0-9_=-]{4,8192}+(?:\.[A-Za-z0-9_=-]*+){0,3}"
)
_PREFIXED = re.compile(
    r"(?<![A-Za-z0-9_.-])(?!sha\d"
    r"|md5)[A-Za-z][A-Za-z0-9]{1,11}(?:[_-][A-Za-z0-9]{1,10}){0,2}[_-]([A-Za-z0-9]{32,256}+)(?![A-Za-z0-9+/=])"
)


def detectors() -> Iterator[Detector]:
    """One a row of the table, and two for what is in no table."""
    table = tomllib.loads(files(__package__).joinpath("tokens.toml").read_text("utf-8"))
    for kind, row in table["tokens"].items():
        yield _row(kind, table["alphabets"], *row)
    yield Detector((r"e(yJ|wog|30)[A-Za-z0-9_-]{6}",), _web_tokens, caseless=False)
    yield Detector((r"[A-Za-z0-9][_-][A-Za-z0-9]{32}",), _prefixed, caseless=False)


def _row(
    kind: str,
    alphabets: dict[str, str],
    prefixes: list[str],
    alphabet: str,
    least: int,
    after: str = "",
    before: str = "",
) -> Detector:
    letters = alphabets[alphabet]
    start = before or rf"{_START}(?:{'|'.join(map(re.escape, prefixes))})"
    pattern = re.compile(rf"{start}(?P<rest>[{letters}]{{{least},{LONGEST}}}{after})")
    signs = tuple(_escaped(prefix) + f"[{letters}]{{{min(least, 4)}}}" for prefix in prefixes)
    exempt = not any(prefix[-1:].isalnum() for prefix in prefixes)

    def find(text: str) -> Iterator[Span]:
        for found in pattern.finditer(text):
            if _MIXED.match(found["rest"]) and (exempt or not _HEX.fullmatch(found[0])):
                yield Span(found.start(), found.end(), kind)

    return Detector(signs or (_loosely(before),), find, caseless=False)


def _escaped(prefix: str) -> str:
    return re.sub(r"([^A-Za-z0-9_ ])", r"\\\1", prefix)


def _loosely(before: str) -> str:
    """A pattern without what hyperscan does not know: it may match more, never less."""
    return re.sub(r"\(\?<?[!=](?:\[[^]]*\]|[^()[\]])*\)", "", before)


def _web_tokens(text: str) -> Iterator[Span]:
    for found in _JWT.finditer(text):
        yield Span(found.start(), found.end(), "jwt")


def _prefixed(text: str) -> Iterator[Span]:
    """A token of a vendor that is in no table: a short prefix, then thirty-two characters of all three sorts."""
    for found in _PREFIXED.finditer(text):
        rest = found[1]
        if re.search("[0-9]", rest) and re.search("[a-z]", rest) and re.search("[A-Z]", rest):
            yield Span(found.start(), found.end(), "token")
