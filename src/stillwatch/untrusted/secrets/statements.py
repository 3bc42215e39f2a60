"""Secrets that a database's log repeats of a statement: INSERT INTO users (name, password) VALUES ('bob', '…')."""

from __future__ import annotations

import re
from collections.abc import Iterator

from stillwatch.untrusted.secrets.names import Strength, strength
from stillwatch.untrusted.secrets.span import Detector, Span

_HEAD = re.compile(
    r"\b(?:INTO|REPLACE)\s{1,4}[\w.\"`\[\]]{1,120}\s{0,4}\((?P<names>[\w\s,.\"`\[\]]{1,1000})\)\s{0,4}VALUES?\s{0,4}",
    re.I,
)
_ROW = re.compile(r"(?:,\s{0,4})?\(")
_VALUE = re.compile(
    r"\s{0,4}(?:[NEBX]?'(?P<said>(?>(?:[^'\\]|''|\\.){0,4096}))'?"
    r"|[^,()']{0,200}(?:\((?>(?:[^()']|'[^']{0,200}'|\((?>(?:[^()']|'[^']{0,200}'){0,100})\)){0,100})\))?)[^,()']{0,80}",
    re.I,
)


def detectors() -> Iterator[Detector]:
    yield Detector((r"\)[ \t\n]*VALUES?[ \t\n]*\(",), _values)


def _values(text: str) -> Iterator[Span]:
    for head in _HEAD.finditer(text):
        secret = [strength(name.strip(' \t\n"`[]')) >= Strength.token for name in head["names"].split(",")]
        at = head.end()
        while any(secret) and (row := _ROW.match(text, at)):
            at = row.end()
            for is_secret in secret:
                value = _VALUE.match(text, at)
                if value is None:
                    return
                part = "said" if value["said"] else 0  # else it may be made by a function of one
                if is_secret and (part or "'" in value[0]) and not value[part].lstrip().startswith("[redacted:"):
                    yield Span(value.start(part), value.end(part), "password")
                at = value.end() + (text[value.end() : value.end() + 1] in (",", ")"))
