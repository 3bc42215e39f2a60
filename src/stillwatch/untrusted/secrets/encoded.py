"""Secrets in other letters: command lines that Linux audit writes in hexadecimal, as it does wherever a sign in them is
odd (proctitle=, cmd=), and names in an address of which a letter is written as its number (`p%61ssword=`)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import unquote

from stillwatch.untrusted.secrets.names import strength
from stillwatch.untrusted.secrets.span import Detector, Span

_FIELD = re.compile(r"(?<![\w-])(?:proctitle|cmd|data|a\d{1,3})=(?P<said>(?>(?:[0-9A-Fa-f]{2}){4,4096}))(?!\w)")

_SPELT = re.compile(
    r"(?:(?<![\w.%-])|(?<=3[Ff])|(?<=26))(?=[\w.-]{0,80}%)"
    r"(?P<name>(?>(?:[\w.-]|%(?:25){0,2}(?:2[dDeE]|3[0-9]|[46][0-9a-fA-F]|[57][0-9aA]|5[fF])){1,160}))"
    r"(?:=|%(?:25){0,2}3[dD])(?P<value>[^\s&\"'<>;]{1,4096}+)"
)


def detectors() -> Iterator[Detector]:
    yield Detector((r"%(25)*[2-7][0-9a-f]+[\w.%-]*(=|%(25)*3d)",), _spelt)
    yield Detector((r"(proctitle|cmd|data|\ba[0-9]{1,3})=[0-9A-Fa-f]{8}",), _commands)


def _spelt(text: str) -> Iterator[Span]:
    for found in _SPELT.finditer(text):
        name = found["name"]
        for _ in range(3):
            name = unquote(name)
        if name != found["name"] and strength(name):
            yield Span(found.start("value"), found.end("value"), "password")


def _commands(text: str) -> Iterator[Span]:
    """Those that hold a secret, whole: what is left of one could be no longer read."""
    from stillwatch.untrusted.secrets.find import finder  # it knows this kind as well

    for found in _FIELD.finditer(text):
        said = bytes.fromhex(found["said"]).decode("utf-8", "replace")
        if finder().find(said.replace("\x00", " ")):
            yield Span(found.start("said"), found.end("said"), "command")
