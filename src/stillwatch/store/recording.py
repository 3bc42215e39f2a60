"""Recordings of hosts as folders: `host.json` (units, metrics, looks) and `journal.jsonl.gz` (a line an entry)."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec

from stillwatch.errors import StillwatchError, WrongUsage
from stillwatch.records.line import Line
from stillwatch.records.recording import Recording

SHIPPED = Path(__file__).with_name("recordings") / "shop"
"""A small shop with two faults, recorded on a booted machine by scripts/record."""
HOST, JOURNAL = "host.json", "journal.jsonl.gz"
LARGEST = 64 << 20
"""Bytes of a recorded journal that are read; more is refused, since a few compressed bytes can become very many."""


class _Entry(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """A journal entry; what is not UTF-8 stands in it as surrogates."""

    at: float
    raw: str
    subject: str
    trusted: bool = False
    fields: dict[str, str | list[str]] = {}


def load_recording(folder: Path) -> Recording:
    """Raises WrongUsage for what is no recording, StillwatchError for what cannot be read."""
    try:
        host = msgspec.json.decode((folder / HOST).read_bytes(), type=Recording)
        return replace(host, lines=tuple(_lines(folder / JOURNAL)))
    except FileNotFoundError as error:
        next_step = "leave it out for the one that is shipped"
        raise WrongUsage(f"{folder} holds no recorded host", next_step=next_step) from error
    except (ValueError, EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise WrongUsage(f"{folder} holds no recorded host that can be read: {str(error)[:200]}") from error
    except OSError as error:
        raise StillwatchError(f"{folder}: {error.strerror or error}") from error


def save_recording(recording: Recording, folder: Path) -> None:
    """The same recording gives the same bytes. Raises OSError."""
    folder.mkdir(parents=True, exist_ok=True)
    host = msgspec.json.format(msgspec.json.encode(replace(recording, lines=())), indent=1)
    (folder / HOST).write_bytes(host + b"\n")
    text = b"".join(msgspec.json.encode(_entry(line)) + b"\n" for line in recording.lines)
    (folder / JOURNAL).write_bytes(gzip.compress(text, mtime=0))


def _lines(file: Path) -> Iterator[Line]:
    decoder = msgspec.json.Decoder(_Entry)
    with gzip.open(file) as source:
        text = source.read(LARGEST + 1)
    if len(text) > LARGEST:
        raise WrongUsage(f"{file} is larger than {LARGEST >> 20} MiB")
    for row in text.splitlines():
        entry = decoder.decode(row)
        fields = {name: _bytes(value) for name, value in entry.fields.items()}
        yield Line(entry.at, _bytes(entry.raw), entry.subject, "journal", fields, entry.trusted)


def _entry(line: Line) -> _Entry:
    fields = _fields(line.fields)
    return _Entry(at=line.at, raw=_text(line.raw), subject=line.subject, trusted=line.trusted, fields=fields)


def _fields(fields: Mapping[str, Any]) -> dict[str, str | list[str]]:
    return {
        name: [_text(one) for one in value] if isinstance(value, list) else _text(value)
        for name, value in fields.items()
    }


def _text(value: bytes) -> str:
    return value.decode("utf-8", "backslashreplace")


def _bytes(value: str | list[str]) -> Any:
    return [one.encode() for one in value] if isinstance(value, list) else value.encode()
