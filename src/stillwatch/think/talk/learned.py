"""What the router of questions has learned, as the package brings it along: router.bin."""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from importlib.resources import files
from typing import Literal

import msgspec

from stillwatch.think.talk.words import Language


class Learned(msgspec.Struct, frozen=True, kw_only=True):
    """topics: names in the order of a row; buckets: how many rows; scale: of a weight; biases: one a topic; words: the
    vocabulary with languages; bears: the topics (by number) whose examples have a word, a mark or a "#concept"; small: a
    topic's number and an example of small words alone; examples: the check-sum of what was learned from."""

    topics: tuple[str, ...]
    buckets: int
    scale: float
    biases: tuple[float, ...]
    words: dict[str, Language | Literal[""]]
    bears: dict[str, tuple[int, ...]]
    small: tuple[tuple[int, str], ...]
    examples: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Weights:
    """rows: a signed byte for each bucket and topic."""

    learned: Learned
    rows: memoryview

    @classmethod
    def read(cls, packed: bytes) -> Weights:
        """What `packed` made."""
        head, _, rows = zlib.decompress(packed).partition(b"\n")
        return cls(learned=msgspec.json.decode(head, type=Learned), rows=memoryview(rows).cast("b"))

    def packed(self) -> bytes:
        return zlib.compress(msgspec.json.encode(self.learned) + b"\n" + self.rows.tobytes(), 9)


def stored() -> bytes:
    """The weights that the package brings along."""
    return files("stillwatch.think.talk").joinpath("router.bin").read_bytes()
