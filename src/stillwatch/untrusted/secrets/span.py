"""Where a secret stands in a text."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

PLACEHOLDER = re.compile(r"\[redacted:[a-z0-9-]{1,24}\]")


class Span(NamedTuple):
    """text[start:end] is secret; kind: what is written in its place."""

    start: int
    end: int
    kind: str


class Detector(NamedTuple):
    """One kind of place where secrets stand.

    signs: hyperscan patterns; a text on which none of them matches is not searched. find: all spans, in time linear in
    the text, without regard to what is redacted already.
    """

    signs: tuple[str, ...]
    find: Callable[[str], Iterator[Span]]
    caseless: bool = True
