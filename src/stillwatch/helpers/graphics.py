"""Who holds memory of graphics cards, as their drivers tell it for each open file (kernel: gpu/drm-usage-stats)."""

from __future__ import annotations

import contextlib
import os
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final, TypedDict

from stillwatch.helpers.process_table import MOST, table
from stillwatch.helpers.processes import PROC, pids

MOST_HOLDERS: Final = 64
MOST_FILES: Final = 4096
"""Open files of one process that are looked at."""
LONGEST: Final = 16_384
_KEY: Final = re.compile(r"^(?P<key>drm-[\w-]{1,60}|pasid):[ \t]*(?P<value>.*)$", re.M | re.A)
_SIZE: Final = re.compile(r"(\d{1,19})(?: (KiB|MiB|GiB))?\s*$", re.A)
_UNITS: Final = {None: 1, "KiB": 1 << 10, "MiB": 1 << 20, "GiB": 1 << 30}
_OWN: Final = re.compile(r"(?:stolen-)?(?:vram|local|lmem)\d*", re.A)
"""Regions of the card's own memory: of amdgpu, nouveau and xe, of i915. The others lie in the machine's."""
_KINDS: Final = ("resident", "memory", "total")
"""What is there counts; older drivers call it memory, some tell only what was asked for."""


class Holder(TypedDict):
    """own: bytes of the card's memory; system: of the machine's that the card uses; card: its PCI address, or ""."""

    pid: int
    name: str
    unit: str
    driver: str
    card: str
    own: int
    system: int


class Client(TypedDict):
    """One user of a card. key: the same for each file through which it is used."""

    key: tuple[str, str]
    driver: str
    card: str
    own: int
    system: int


def holders(proc: Path = PROC) -> list[Holder]:
    """Of processes that may be read, those that hold most first."""
    found: dict[tuple[int, str], Holder] = {}
    seen: set[tuple[str, str]] = set()
    for pid in pids(proc)[:MOST]:
        for client in _clients(proc / str(pid)):
            if client["key"] in seen:  # forked, or handed on: it is the same memory
                continue
            seen.add(client["key"])
            of, card = (client["driver"], client["card"])
            nothing = Holder(pid=pid, name="", unit="", driver=of, card=card, own=0, system=0)
            holder = found.setdefault((pid, card), nothing)
            holder["own"] += client["own"]
            holder["system"] += client["system"]
    most = sorted(found.values(), key=lambda one: (one["own"], one["system"]), reverse=True)[:MOST_HOLDERS]
    named = {row.pid: row for row in table({one["pid"] for one in most}, proc)} if most else {}
    return [
        Holder(**{**one, "name": named[one["pid"]].name, "unit": named[one["pid"]].unit})
        for one in most
        if one["pid"] in named and one["own"] + one["system"]
    ]


def client_of(text: str, pid: int, file: str) -> Client | None:
    """What one file of /proc/PID/fdinfo tells; None where no driver tells anything in it."""
    told = {match["key"]: match["value"].strip() for match in _KEY.finditer(text)}
    if "drm-driver" not in told:
        return None
    card = told.get("drm-pdev", "")
    driver = told["drm-driver"][:40]
    # Without a number of the client a driver numbers its address spaces; else each file is taken for a client.
    client = told.get("drm-client-id") or told.get("pasid") or f"{pid} {file}"
    regions = _regions(told)
    own = sum(size for region, size in regions.items() if _OWN.fullmatch(region))
    return Client(
        key=(card or driver, client), driver=driver, card=card[:40], own=own, system=sum(regions.values()) - own
    )


def _regions(told: Mapping[str, str]) -> dict[str, int]:
    regions: dict[str, int] = {}
    for kind in _KINDS:
        for key, value in told.items():
            found = _SIZE.match(value) if key.startswith(f"drm-{kind}-") else None
            if found is not None:
                regions.setdefault(key.removeprefix(f"drm-{kind}-"), int(found[1]) * _UNITS[found[2]])
    return regions


def _clients(folder: Path) -> Iterator[Client]:
    with contextlib.suppress(OSError):
        for file in os.listdir(folder / "fd")[:MOST_FILES]:  # noqa: PTH208
            with contextlib.suppress(OSError):
                if os.readlink(folder / "fd" / file).startswith("/dev/dri/"):  # noqa: PTH115
                    with (folder / "fdinfo" / file).open("rb") as told:
                        text = told.read(LONGEST).decode("utf-8", "replace")
                    if client := client_of(text, int(folder.name), file):
                        yield client
