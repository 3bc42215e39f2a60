"""Real journal files made by systemd-journal-remote from export text, with any date."""

from __future__ import annotations

import subprocess
from collections.abc import Iterable, Mapping
from pathlib import Path

REMOTE = "/lib/systemd/systemd-journal-remote"
BOOT = "0123456789abcdef0123456789abcdef"
START = 1_700_000_000.0


def export(
    entries: Iterable[Mapping[str, bytes | str | list[bytes]]], start: float = START, step: float = 1.0
) -> bytes:
    """Journal export format (systemd, docs/JOURNAL_EXPORT_FORMATS.md); `__at`/`__mono` override time, in seconds."""
    pieces = []
    for number, entry in enumerate(entries):
        at = float(str(entry.get("__at", start + number * step)))
        mono = float(str(entry.get("__mono", 1000.0 + number * step)))
        pieces.append(b"__REALTIME_TIMESTAMP=%d\n__MONOTONIC_TIMESTAMP=%d\n" % (round(at * 1e6), round(mono * 1e6)))
        pieces.append(f"_BOOT_ID={entry.get('_BOOT_ID', BOOT)}\n".encode())
        for name, value in entry.items():
            if name.startswith("__") or name == "_BOOT_ID":
                continue
            for one in value if isinstance(value, list) else [value]:
                pieces.append(_field(name, one.encode() if isinstance(one, str) else one))
        pieces.append(b"\n")
    return b"".join(pieces)


def _field(name: str, value: bytes) -> bytes:
    if b"\n" in value or any(byte < 32 for byte in value):
        return name.encode() + b"\n" + len(value).to_bytes(8, "little") + value + b"\n"
    return name.encode() + b"=" + value + b"\n"


def make_journal(file: Path, text: bytes) -> Path:
    """Write the export text as a journal file; its folder can be read as a journal."""
    file.parent.mkdir(parents=True, exist_ok=True)
    subprocess.run([REMOTE, "-o", str(file), "-"], input=text, check=True, capture_output=True)
    return file.parent
