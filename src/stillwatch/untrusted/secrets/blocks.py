"""Private keys of several lines: PEM of all kinds, OpenPGP, SSH, PuTTY, OpenVPN; on one line with escapes, too."""

from __future__ import annotations

import re
from collections.abc import Iterator

from stillwatch.untrusted.secrets.span import Detector, Span

LONGEST = 65536
_BEGIN = re.compile(r"-{4,5} ?BEGIN ((?:[A-Za-z0-9 ]{0,40})(?:PRIVATE KEY(?: BLOCK)?|Static key V1)) ?-{4,5}")
_DASHES = "----"
_END = re.compile(r"-{4,5} ?END [A-Za-z0-9 ]{0,60}?-{4,5}")
_LOOSE = re.compile(
    r"(?:\s|\\{1,4}[nrt]|#01[25]|%0[AaDd]|\+(?=\S)|(?:Proc-Type|DEK-Info|Comment|Version"
    r"|Hash): ?[^\s\\]+(?: [^\s\\]{1,40})?"
    r"|(?![A-Z]?[a-z]{1,15}(?![A-Za-z0-9+/=]))[A-Za-z0-9+/=]+)*"
)
_PUTTY = re.compile(
    r"Private-Lines: ?\d{1,3}(?:\s|\\n|\\r|[A-Za-z0-9+/=]{8,})*(?:Private-MAC: ?[0-9a-f]+)?"
    r"|Private-(?:MAC|Hash): ?[0-9a-f]{16,}"
)
_KEY_LINE = re.compile(r"(?<![\w+/=.:~-])[A-Za-z0-9+/]{60,80}={0,2}(?=\s*(?:$|\n|\\n|\s[A-Za-z0-9+/=]+\s*$))")
_JWK = re.compile(r"""(\\{0,3}")(?:d|p|q|dp|dq|qi|k)\1\s?:\s?\1([A-Za-z0-9_-]{16,4096}+)""")


def detectors() -> Iterator[Detector]:
    yield Detector((r"-{4,5} ?BEGIN [A-Za-z0-9 ]{0,40}(PRIVATE KEY|Static key)",), _blocks, caseless=False)
    yield Detector((r"Private-(Lines|MAC|Hash): ?[0-9a-f]",), _putty, caseless=False)
    yield Detector((r"[A-Za-z0-9+/]{60}",), _lines, caseless=False)
    yield Detector((r'"kty',), _web_keys, caseless=False)


def _blocks(text: str) -> Iterator[Span]:
    """From BEGIN to END; where no END comes, as far as it looks like a key. Each character is looked at once."""
    at = 0
    while begun := _BEGIN.search(text, at):
        dashes = text.find(_DASHES, begun.end(), begun.end() + LONGEST)
        if dashes >= 0 and (ended := _END.match(text, dashes)):
            at = ended.end()
        elif dashes >= 0 and _BEGIN.match(text, dashes):
            at = dashes
        else:
            loose = _LOOSE.match(text, begun.end(), min(len(text), begun.end() + LONGEST))
            at = loose.end() if loose else begun.end()
        if text[begun.end() : at].strip(" \t\r\n.,;:\"'`)\\"):
            yield Span(begun.start(), at, "private-key")


def _putty(text: str) -> Iterator[Span]:
    for found in _PUTTY.finditer(text):
        yield Span(found.start(), found.end(), "private-key")


def _lines(text: str) -> Iterator[Span]:
    """A line of a block whose BEGIN stood in another entry of the journal: base64 and nothing else to its end."""
    for found in _KEY_LINE.finditer(text):
        raw = found[0]
        if any(a.islower() for a in raw) and any(a.isupper() for a in raw) and any(a.isdigit() for a in raw):
            yield Span(found.start(), found.end(), "key-line")


def _web_keys(text: str) -> Iterator[Span]:
    for found in _JWK.finditer(text):
        yield Span(found.start(2), found.end(2), "private-key")
