"""Bytes of a text, chunk by chunk, to clean lines in UTF-8: encodings, ends of lines, colours."""

from __future__ import annotations

import codecs
import re
from typing import Final

from stillwatch.records.line import LINE_LIMIT

ANSI: Final = re.compile(rb"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|[@-Z\\-_])")
"""Terminal sequences (ECMA-48)."""
WIDE: Final = ((codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
NULS_OF_WIDE: Final = 0.3
"""From this share of zero bytes on, at the even or at the odd places, a text is UTF-16."""


class TextLines:
    """Lines come out as soon as they are whole, each cut at LINE_LIMIT: memory stays bounded whatever comes.

    A carriage return ends a line too, alone or before a line feed.
    """

    def __init__(self) -> None:
        self._decoder: codecs.IncrementalDecoder | None = None
        self._rest = b""
        self._skipping = self._begun = False

    def take(self, chunk: bytes) -> list[bytes]:
        """The lines that this chunk completes."""
        if not self._begun and chunk:
            chunk = self._begin(chunk)
        if self._decoder is not None:
            chunk = self._decoder.decode(chunk).encode("utf-8", "replace")
        text = self._rest + chunk if self._rest else chunk
        if b"\r" in text:
            text, held = (text[:-1], b"\r") if text.endswith(b"\r") else (text, b"")
            text = text.replace(b"\r\n", b"\n").replace(b"\r", b"\n") + held
        lines = text.split(b"\n")
        self._rest = lines.pop()
        if self._skipping and lines:
            del lines[0]
            self._skipping = False
        if self._skipping:
            self._rest = b""
        elif len(self._rest) > LINE_LIMIT:
            lines.append(self._rest)
            self._rest, self._skipping = b"", True
        return _clean(lines, text)

    def end(self) -> list[bytes]:
        """The last line, where it has no end."""
        rest, self._rest = self._rest.rstrip(b"\r"), b""
        return _clean([rest], rest) if rest and not self._skipping else []

    def _begin(self, chunk: bytes) -> bytes:
        self._begun = True
        if chunk.startswith(codecs.BOM_UTF8):
            return chunk[len(codecs.BOM_UTF8) :]
        if name := wide_encoding(chunk):
            self._decoder = codecs.getincrementaldecoder(name)("replace")
            return chunk[2:] if chunk.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) else chunk
        return chunk


def wide_encoding(head: bytes) -> str:
    """ "utf-16-le" or "utf-16-be" for a text that begins so, by its mark or by its zeros; "" for others."""
    for mark, name in WIDE:
        if head.startswith(mark):
            return name
    sample = head[:4096]
    if len(sample) >= 8:
        half = len(sample) // 2
        even, odd = sample[::2].count(0), sample[1::2].count(0)
        if odd > NULS_OF_WIDE * half and even <= odd // 8:
            return "utf-16-le"
        if even > NULS_OF_WIDE * half and odd <= even // 8:
            return "utf-16-be"
    return ""


def _clean(lines: list[bytes], text: bytes) -> list[bytes]:
    """text: all of them at once, so that what none of them has is not sought in each."""
    if lines and max(map(len, lines)) > LINE_LIMIT:
        lines = [line if len(line) <= LINE_LIMIT else line[:LINE_LIMIT] for line in lines]
    if b"\x1b" in text:
        lines = [ANSI.sub(b"", line) if b"\x1b" in line else line for line in lines]
    if b"\0" in text or b"\x1e" in text:
        lines = [line.replace(b"\0", b" ").lstrip(b"\x1e") for line in lines]
    return lines if text.isascii() else [_in_utf8(line) for line in lines]


def _in_utf8(line: bytes) -> bytes:
    """What is not UTF-8 is taken for Windows' Latin; a character that the limit cut in two is dropped."""
    if line.isascii():
        return line
    try:
        line.decode("utf-8")
    except UnicodeDecodeError as error:
        if len(line) == LINE_LIMIT and error.start >= len(line) - 3:
            return line[: error.start]
        return line.decode("cp1252", "replace").encode("utf-8")
    return line
