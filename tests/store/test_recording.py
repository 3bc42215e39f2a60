"""Recordings of hosts: what is saved is what is loaded, and what is none is said."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from stillwatch.errors import WrongUsage
from stillwatch.records.event import Event, Untrusted
from stillwatch.records.line import Line
from stillwatch.records.look import Seen
from stillwatch.records.recording import Recording
from stillwatch.records.unit import UnitState
from stillwatch.store import recording as store
from stillwatch.store.recording import HOST, JOURNAL, SHIPPED, load_recording, save_recording

RECORDING = Recording(
    host="shop",
    at=1_795_000_000.5,
    units=(UnitState(name="a.service", environment={"A": "b"}, after=("b.service",)),),
    metrics=(Event(host="shop", at=1.0, source="metric", subject="/", text=Untrusted("full"), value=1.0),),
    looks=(Seen(tool="memory", arguments={}, at=2.0, text=Untrusted("much"), data={"free": [1, "x"]}),),
    lines=(
        Line(3.0, b"caf\xc3\xa9", "a.service", "journal", {"PRIORITY": b"3", "TAG": [b"x", b"y"]}, True),
        Line(4.0, b"second", "b.service", "journal", {}, False),
    ),
)


def test_what_is_saved_is_what_is_loaded(tmp_path: Path) -> None:
    save_recording(RECORDING, tmp_path)
    assert load_recording(tmp_path) == RECORDING


def test_the_same_recording_gives_the_same_bytes(tmp_path: Path) -> None:
    for name in ("one", "two"):
        save_recording(RECORDING, tmp_path / name)
    for file in (HOST, JOURNAL):
        assert (tmp_path / "one" / file).read_bytes() == (tmp_path / "two" / file).read_bytes()


def test_bytes_that_are_no_text_are_kept_readable(tmp_path: Path) -> None:
    line = Line(1.0, b"broken \xff", "a.service", "journal", {}, False)
    save_recording(Recording(host="h", at=1.0, units=(), metrics=(), looks=(), lines=(line,)), tmp_path)
    assert load_recording(tmp_path).lines[0].raw == b"broken \\xff"


@pytest.mark.parametrize(
    ("name", "content"),
    [
        (HOST, b"{}"),
        (HOST, b"not json"),
        (JOURNAL, b"not gzip"),
        (JOURNAL, gzip.compress(b"not json\n", mtime=0)),
        (JOURNAL, gzip.compress(b'{"at":1}\n', mtime=0)),
        (JOURNAL, gzip.compress(b"x" * 100, mtime=0)[:-9]),
        (JOURNAL, None),
    ],
)
def test_what_is_no_recording_is_said(name: str, content: bytes | None, tmp_path: Path) -> None:
    save_recording(RECORDING, tmp_path)
    (tmp_path / name).unlink() if content is None else (tmp_path / name).write_bytes(content)
    with pytest.raises(WrongUsage, match="recorded host"):
        load_recording(tmp_path)


def test_a_few_bytes_that_become_very_many_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "LARGEST", 100)
    save_recording(RECORDING, tmp_path)
    (tmp_path / JOURNAL).write_bytes(gzip.compress(b" " * 101, mtime=0))
    with pytest.raises(WrongUsage, match="larger"):
        load_recording(tmp_path)


def test_the_shipped_one_names_nobody_s_machine() -> None:
    text = (SHIPPED / HOST).read_text() + gzip.decompress((SHIPPED / JOURNAL).read_bytes()).decode()
    assert "under-test" not in text and "_MACHINE_ID" not in text
    assert '"_HOSTNAME":"shop"' in text
