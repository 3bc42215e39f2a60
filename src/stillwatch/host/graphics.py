"""Graphics cards and who holds their memory: as the kernel's drivers tell, and as NVIDIA's own program does."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from stillwatch.helpers.graphics import Holder, holders
from stillwatch.helpers.processes import PROC
from stillwatch.host.command import MISSING, run
from stillwatch.host.processes import described, told

SECONDS: Final = 6.0
LONGEST: Final = 4_194_304
_CARD: Final = re.compile(r"card\d+")
_GPU: Final = re.compile(r'<gpu id="(?P<card>[0-9A-Fa-f:.]{1,40})">(?P<body>.*?)</gpu>', re.S)
_PROCESS: Final = re.compile(r"<process_info>(.*?)</process_info>", re.S)
_MEMORY: Final = re.compile(r"<fb_memory_usage>(.*?)</fb_memory_usage>", re.S)


@dataclass(frozen=True, kw_only=True, slots=True)
class Card:
    """size, used: bytes of its own memory, 0 where nobody tells."""

    card: str
    driver: str
    name: str = ""
    size: int = 0
    used: int = 0


def cards(sys: Path = Path("/sys")) -> list[Card]:
    """Those of the kernel's own drivers; amdgpu tells of its memory here, too."""
    found = []
    for folder in sorted((sys / "class/drm").glob("card*")):
        if _CARD.fullmatch(folder.name):
            told = dict(line.partition("=")[::2] for line in _text(folder / "device/uevent").splitlines())
            size, used = (_text(folder / f"device/mem_info_vram_{what}") for what in ("total", "used"))
            card, driver = told.get("PCI_SLOT_NAME", folder.name), told.get("DRIVER", "")
            found.append(Card(card=card, driver=driver, size=_whole(size), used=_whole(used)))
    return found


def held() -> list[Holder]:
    """Who holds memory of cards whose driver tells it."""
    rows = told("graphics", "holders", Holder)
    return holders() if rows is None else rows


async def of_nvidia(proc: Path = PROC) -> tuple[list[Card], list[Holder], str]:
    """NVIDIA's driver tells nothing to the kernel, so its own program is asked; and why it did not answer, or ""."""
    if not (proc / "driver/nvidia").is_dir():
        return [], [], ""
    said = await run(("nvidia-smi", "-q", "-x"), seconds=SECONDS, limit=LONGEST)
    if said.code:
        why = "it is not installed" if said.code == MISSING else (said.out or said.err).strip()[:200]
        return [], [], f"nvidia-smi does not answer: {why}"
    cards, rows = parsed(said.out)
    known = {row["pid"]: row for row in described([row["pid"] for row in rows])}
    named = [Holder(**{**row, "unit": known.get(row["pid"], {}).get("unit", "")}) for row in rows]
    return cards, named, ""


def parsed(report: str) -> tuple[list[Card], list[Holder]]:
    """What `nvidia-smi -q -x` writes."""
    cards, rows = list[Card](), list[Holder]()
    for gpu in _GPU.finditer(report):
        card, body = gpu["card"].lower(), gpu["body"]
        memory = next(iter(_MEMORY.findall(body)), "")
        size, used = _mebibytes(memory, "total"), _mebibytes(memory, "used")
        cards.append(Card(card=card, driver="nvidia", name=_inner(body, "product_name"), size=size, used=used))
        rows += _processes(card, body)
    return cards, sorted(rows, key=lambda row: row["own"], reverse=True)


def _processes(card: str, body: str) -> Iterator[Holder]:
    for process in _PROCESS.findall(body):
        pid, own = _whole(_inner(process, "pid")), _mebibytes(process, "used_memory")
        name = _inner(process, "process_name").partition(" ")[0].rpartition("/")[2]
        if pid and own:
            yield Holder(pid=pid, name=name[:60], unit="", driver="nvidia", card=card, own=own, system=0)


def _inner(text: str, tag: str) -> str:
    found = re.search(rf"<{tag}>([^<]{{0,400}})</{tag}>", text)
    return found[1].strip() if found else ""


def _mebibytes(text: str, tag: str) -> int:
    return _whole(_inner(text, tag).removesuffix(" MiB")) << 20


def _whole(text: str) -> int:
    word = text.strip()
    return int(word) if word.isascii() and word.isdigit() and len(word) < 20 else 0


def _text(file: Path) -> str:
    try:
        return file.read_text("utf-8", "replace")
    except OSError:
        return ""
