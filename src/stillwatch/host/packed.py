"""Packed logs: gzip, bzip2, xz and zstd, known by their first bytes, of one member or of many."""

from __future__ import annotations

import bz2
import gzip
import lzma
import sys
import zlib
from typing import BinaryIO, Final, cast

if sys.version_info >= (3, 14):
    from compression.zstd import ZstdError, ZstdFile
else:
    from backports.zstd import ZstdError, ZstdFile

MAGIC: Final = {b"\x1f\x8b": "gzip", b"BZh": "bzip2", b"\xfd7zXZ\x00": "xz", b"\x28\xb5\x2f\xfd": "zstd"}
LONGEST: Final = max(map(len, MAGIC))
BROKEN: Final = (OSError, EOFError, zlib.error, lzma.LZMAError, ZstdError)
"""What reading a damaged or cut archive raises."""


def packing(head: bytes) -> str:
    """The name of what packed a file that begins so, "" for a plain one."""
    return next((name for magic, name in MAGIC.items() if head.startswith(magic)), "")


def unpacked(stream: BinaryIO, head: bytes) -> BinaryIO:
    """The stream itself where it is plain, else what is in it."""
    match packing(head):
        case "gzip":
            return cast(BinaryIO, gzip.GzipFile(fileobj=stream))
        case "bzip2":
            return cast(BinaryIO, bz2.BZ2File(stream))
        case "xz":
            return cast(BinaryIO, lzma.LZMAFile(stream))
        case "zstd":
            return cast(BinaryIO, ZstdFile(stream))
    return stream
