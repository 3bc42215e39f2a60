"""What stands in the place of a password: hashes of shadow files and of databases, and numbers of cards."""

from __future__ import annotations

import re
from collections.abc import Iterator

from stillwatch.untrusted.secrets.span import Detector, Span

_HASH = re.compile(
    r"""(?<![\w$])\$(?:\d{1,2}|2[abxy]?|y|gy|7|argon2(?:id?|d)|scrypt|sha1|apr1|bcrypt(?:-sha256)?|pbkdf2[\w-]{0,12}|P|H|S|krb5\w{2,8}|md5|sm3|sm3crypt
      |1\$[ds]|B|C|D|E|Q\$A|ml|NT|zip2|pkzip2?|rar5|7z|ssh(?:ng)?|office|pdf|keepass|luks|bitcoin|ethereum|ansible|DCC2|cisco[\w$]{0,4}|8|9|14)
      \$[A-Za-z0-9./+$=,*@_:-]{8,1024}+
    |\{(?:S?SHA\d{0,3}|PLAIN|CLEAR(?:TEXT)?|SMD5|MD5|CRYPT|ARGON2\w{0,2}|BLF-CRYPT|PBKDF2[\w-]{0,12}
      |SSHA\d{3}(?:\.\w+)?|x-issha[\w,]{0,20})\}[A-Za-z0-9./+$=,_-]{8,512}+
    |\b(?:pbkdf2_sha\d{1,3}|pbkdf2:sha\d{1,3}(?::\d{1,8})?|bcrypt(?:_sha256)?|argon2|scrypt:\d{1,8}:\d:\d|SCRAM-SHA-(?:1|256|512)|grub\.pbkdf2\.sha512)[$.][A-Za-z0-9./+$=,:_-]{16,2048}+
    |(?<![\w:-])(?:[0-9a-fA-F]{32}:){2}(?::|$)|(?<=:)[0-9a-fA-F]{32}:[0-9a-fA-F]{32}(?=:{1,3}|\s|$)
    |(?<=['"\s=])\*[0-9A-F]{40}(?![0-9A-F])
    |(?<=['"])md5[0-9a-f]{32}(?=['"])""",
    re.X,
)
_SHADOW = re.compile(r"(?<![\w/.-])[a-z_][\w.-]{0,31}:(?P<hash>[A-Za-z0-9./]{13}):\d{4,5}:\d*:")
_CISCO = re.compile(r"\b(?:password|secret|key)[ ]7[ ](?P<hash>[0-9A-Fa-f]{6,128})\b")
_CARD = re.compile(r"(?<![\d.:/-])\d(?:[ -]?\d){12,18}(?![\d.:/-]|[ -]\d)")
_CARD_WORD = re.compile(
    r"card|\bpan\b|visa|mastercard|maestro|amex|american express|\bcc(?:n|_?num\w*)?\b|karte|carte"
    r"|tarjeta|carta|kort",
    re.I,
)


def detectors() -> Iterator[Detector]:
    signs = (
        r"\$[A-Za-z0-9-]+\$[A-Za-z0-9./+$=,*@_:-]{6}",
        r"\{(S?SHA|PLAIN|CLEAR|SMD5|MD5|CRYPT|ARGON2|BLF-|PBKDF2|x-issha)[^{} ]*\}[A-Za-z0-9./+$=,_-]{4}",
        r"(pbkdf2[_:]sha|bcrypt|argon2|scrypt:|SCRAM-SHA-|grub\.pbkdf2)[a-zA-Z0-9:_]*[$.]",
        r"[0-9a-fA-F]{32}:[0-9a-fA-F]{32}",
        r"\*[0-9A-F]{40}",
        r"['\"]md5[0-9a-f]{32}",
    )
    yield Detector(signs, _hashes, caseless=False)
    yield Detector((r":[A-Za-z0-9./]{13}:[0-9]{4,5}:",), _shadows, caseless=False)
    yield Detector((r"(password|secret|key) 7 [0-9A-Fa-f]{6}",), _ciscos, caseless=False)
    yield Detector(
        (
            r"(card|\bpan\b|visa|master|maestro|amex|american|\bcc|karte|carte|tarjeta|carta"
            r"|kort)[^\n]*[0-9]([ -]?[0-9]){12}",
        ),
        _cards,
    )


def _hashes(text: str) -> Iterator[Span]:
    for found in _HASH.finditer(text):
        yield Span(found.start(), found.end(), "password-hash")


def _shadows(text: str) -> Iterator[Span]:
    for found in _SHADOW.finditer(text):
        yield Span(found.start("hash"), found.end("hash"), "password-hash")


def _ciscos(text: str) -> Iterator[Span]:
    for found in _CISCO.finditer(text):
        yield Span(found.start("hash"), found.end("hash"), "password-hash")


def _cards(text: str) -> Iterator[Span]:
    """Thirteen to nineteen digits near the word, with a right check digit (ISO/IEC 7812-1)."""
    for found in _CARD.finditer(text):
        digits = [int(sign) for sign in found[0] if sign.isdigit()]
        if (
            13 <= len(digits) <= 19
            and _CARD_WORD.search(text, max(0, found.start() - 60), found.start())
            and _checks(digits)
        ):
            yield Span(found.start(), found.end(), "card-number")


def _checks(digits: list[int]) -> bool:
    doubled = [2 * digit - (9 if digit > 4 else 0) for digit in digits[-2::-2]]
    return (sum(digits[-1::-2]) + sum(doubled)) % 10 == 0
