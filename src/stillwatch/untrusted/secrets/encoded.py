"""Command lines that Linux audit writes in hexadecimal, as it does wherever a sign in them is odd: proctitle=, cmd=."""

from __future__ import annotations

import re
from collections.abc import Iterator

from stillwatch.untrusted.secrets.span import Detector, Span

_FIELD = re.compile(r"(?<![\w-])(?:proctitle|cmd|data|a\d{1,3})=(?P<said>(?:[0-9A-Fa-f]{2}){4,4096}+)(?!\w)")


def detectors() -> Iterator[Detector]:
    yield Detector((r"(proctitle|cmd|data|\ba[0-9]{1,3})=[0-9A-Fa-f]{8}",), _commands)


def _commands(text: str) -> Iterator[Span]:
    """Those that hold a secret, whole: what is left of one could be no longer read."""
    from stillwatch.untrusted.secrets.find import finder  # it knows this kind as well

    for found in _FIELD.finditer(text):
        said = bytes.fromhex(found["said"]).decode("utf-8", "replace")
        if finder().find(said.replace("\x00", " ")):
            yield Span(found.start("said"), found.end("said"), "command")
