"""Where reading of a log stands, so that it goes on there after a restart, whatever was done to the file meanwhile."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import msgspec

from stillwatch.host.packed import BROKEN, LONGEST, packing, unpacked

HEAD_BYTES: Final = 256
CHUNK_BYTES: Final = 1 << 16
MOST_EARLIER: Final = 64
"""Files beside a log that are looked through for what it held before."""


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """offset: of the first byte not yet dealt with; head: of the file's first `head_bytes`, since an inode is used
    again and a file may be emptied and filled."""

    device: int
    inode: int
    offset: int
    head: str
    head_bytes: int

    def text(self) -> str:
        return msgspec.json.encode(self).decode()

    @classmethod
    def of(cls, descriptor: int, offset: int) -> Place:
        """The place in an open file."""
        found = os.fstat(descriptor)
        head = os.pread(descriptor, min(HEAD_BYTES, offset), 0)
        return cls(device=found.st_dev, inode=found.st_ino, offset=offset, head=_digest(head), head_bytes=len(head))

    @classmethod
    def parse(cls, text: str) -> Place | None:
        """None for no place, or one that nobody can read."""
        try:
            return msgspec.json.decode(text, type=cls) if text else None
        except msgspec.DecodeError:
            return None

    def is_in(self, descriptor: int) -> bool:
        """Whether the open file is the one, with all that was read of it still in front."""
        found = os.fstat(descriptor)
        same = (found.st_dev, found.st_ino) == (self.device, self.inode)
        return same and found.st_size >= self.offset and self.begins(os.pread(descriptor, self.head_bytes, 0))

    def begins(self, head: bytes) -> bool:
        return len(head) >= self.head_bytes and _digest(head[: self.head_bytes]) == self.head


def unread_of(path: str, place: Place) -> Iterator[bytes]:
    """What was written to the log behind `place` and has been moved or copied away since, the oldest first.

    The file itself is not among it. Nothing where the place cannot be found any more.
    """
    earlier = _earlier(Path(path))
    for number, (file, _) in enumerate(earlier):
        if _holds(file, place):
            yield from _content(file, place.offset)
            for later, _ in reversed(earlier[:number]):
                yield b"\n"  # each is a file of its own: no line goes on in the next
                yield from _content(later, 0)
            return


def _earlier(path: Path) -> list[tuple[Path, float]]:
    """Rotated ones beside it, the newest first: `log.1`, `log-20260307.gz`, `log.old`."""
    stem = path.name.removesuffix(path.suffix) if path.suffix == ".log" else path.name
    found = []
    try:
        for entry in path.parent.iterdir():
            if entry.name != path.name and entry.name.startswith(stem) and entry.is_file():
                found.append((entry, entry.stat().st_mtime))
    except OSError:
        return []
    return sorted(found, key=lambda pair: -pair[1])[:MOST_EARLIER]


def _holds(file: Path, place: Place) -> bool:
    if not place.head_bytes:
        return False
    try:
        with file.open("rb") as stream:
            plain = unpacked(stream, stream.peek(LONGEST)[:LONGEST])
            return place.begins(plain.read(place.head_bytes))
    except BROKEN:
        return False


def _content(file: Path, offset: int) -> Iterator[bytes]:
    """From this byte on, as far as it can be read."""
    try:
        with file.open("rb") as stream:
            head = stream.peek(LONGEST)[:LONGEST]
            plain = unpacked(stream, head)
            if packing(head):
                while offset and (skipped := plain.read(min(offset, CHUNK_BYTES))):
                    offset -= len(skipped)
            else:
                stream.seek(offset)
            while chunk := plain.read(CHUNK_BYTES):
                yield chunk
    except BROKEN:
        return


def _digest(head: bytes) -> str:
    return hashlib.sha256(head).hexdigest()[:32]
