"""What people and their tools put before pasted lines, taken off: `> ` of a quotation, numbers, grep's file names."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, pairwise
from typing import Final

Block = list[bytes]
SAMPLE: Final = 200
LEAST: Final = 2
QUOTED: Final = re.compile(rb"(?:> ?){1,3}(?=[^>]|$)")
TICKED: Final = re.compile(rb"`(?=[^`]+`$)")
INDENTED: Final = re.compile(rb"[ \t]{2,16}")
GREPPED: Final = re.compile(rb"[\w./-]{0,120}(?:log|messages|secure|dmesg)(?:\.\d{1,3})?:(?:\d{1,8}:)?(?=\S)")
NUMBERED: Final = re.compile(rb" {0,7}(\d{1,7})(?:[:\t]| {1,4}|\. )(?=\S)")
OF_A_HOST: Final = re.compile(rb"([\w.-]{2,80})(>|:)(?: |$)")
PASTED: Final = (QUOTED, TICKED, INDENTED, GREPPED)
SAYS_WHO: Final = frozenset((b"Remote", b"remote", b"stdout", b"stderr"))


def unquoted(blocks: Iterable[Block]) -> Iterator[Block]:
    """The same lines, without what stands before each of them; judged by the first ones."""
    rest = iter(blocks)
    first = next(rest, None)
    if first is None:
        return
    every = chain((first,), rest)
    if (before := _before(first[:SAMPLE])) is None:
        yield from every
        return
    for block in every:
        yield [_without(line, before) for line in block]


def _before(lines: Sequence[bytes]) -> re.Pattern[bytes] | None:
    """What most lines begin with and no log does; None for a text that is as it was written."""
    filled = [line for line in lines if line.strip()]
    if len(filled) < LEAST:
        return None
    if _is_counted(filled):
        return NUMBERED
    for pattern in PASTED:
        if sum(1 for line in filled if pattern.match(line)) * 10 >= len(filled) * (10 if pattern is INDENTED else 7):
            return pattern
    heads = [found for line in filled if (found := OF_A_HOST.match(line))]
    if len(heads) * 10 < len(filled) * 7 or len({found[1] for found in heads}) > 1:
        return None
    headed = heads[0][2] == b">" or heads[0][1] in SAYS_WHO
    return re.compile(re.escape(heads[0][1] + heads[0][2]) + b" ?") if headed else None


def _is_counted(lines: Sequence[bytes]) -> bool:
    """Whether every line begins with the number after that of the line before, as of `cat -n`."""
    numbers = [int(found[1]) for line in lines if (found := NUMBERED.match(line))]
    return len(numbers) == len(lines) >= 3 and all(after == before + 1 for before, after in pairwise(numbers))


def _without(line: bytes, before: re.Pattern[bytes]) -> bytes:
    found = before.match(line)
    if found is None:
        return line
    return line[found.end() : -1] if before is TICKED else line[found.end() :]
