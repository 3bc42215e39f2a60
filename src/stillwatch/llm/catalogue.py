"""The catalogue of models: models.toml, decoded strictly."""

from __future__ import annotations

import functools
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from stillwatch.records.chat import Tier

DEFAULT = "smollm2-135m"
"""Needs no hub, and every host has room for it."""
FILE = Path(__file__).with_name("models.toml")
BITS = {"Q8_0": 8.5, "Q4_K_M": 4.85, "Q4_1": 5.0}
"""Bits a weight by the quantisation that a file's name ends in (llama.cpp, tools/quantize/README.md)."""


class Entry(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One model. parameters: billions; size: bytes, 0 unknown; parts: numbered packages, 0 for a single one."""

    name: str = ""
    file: str
    source: Literal["hub", "pypi"]
    licence: str
    parameters: float
    tiers: tuple[Tier, ...]
    memory_gib: int
    size: int = 0
    sha256: Annotated[str, Meta(pattern="^([0-9a-f]{64})?$")] = ""
    url: str = ""
    packages: str = ""
    version: str = ""
    parts: int = 0
    enums_only: bool = False

    @property
    def likely_size(self) -> int:
        """Bytes: what the publisher says, else reckoned from the weights, good to a few per cent."""
        bits = next((bits for name, bits in BITS.items() if name.lower() in self.file.lower()), 16.0)
        return self.size or int(self.parameters * 1e9 * bits / 8)

    @property
    def requirements(self) -> tuple[str, ...]:
        """The packages in the order in which their data is joined."""
        numbers = [str(number) for number in range(1, self.parts + 1)] or [""]
        return tuple(f"{self.packages}{number}=={self.version}" for number in numbers)


@functools.cache
def catalogue(path: Path = FILE) -> Mapping[str, Entry]:
    """Name → entry, smallest model first. Raises msgspec.ValidationError for a faulty file (a test reads it)."""
    tables = tomllib.loads(path.read_text())
    entries = [msgspec.convert({**table, "name": name}, Entry) for name, table in tables.items()]
    return {entry.name: entry for entry in sorted(entries, key=lambda entry: entry.parameters)}


def entry_for_file(file: str) -> Entry | None:
    """The entry whose file bears this name."""
    return next((entry for entry in catalogue().values() if entry.file == file), None)
