from __future__ import annotations

import socket
import sys
from typing import ClassVar

import pytest

from stillwatch.errors import NotReachable
from stillwatch.host import auditanchors
from stillwatch.host.auditanchors import MESSAGE_ID, log_name, read_anchors, send_anchor
from tests.gate.stage import kinds, make_gate, places_in, propose


def test_r30_an_anchor_is_one_datagram_in_journalds_protocol(tmp_path):
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as journald:
        journald.bind(str(tmp_path / "socket"))
        assert send_anchor("log", 7, "ab" * 32, tmp_path / "socket")
        lines = journald.recv(4096).decode().splitlines()
    assert f"MESSAGE_ID={MESSAGE_ID}" in lines
    assert {"STILLWATCH_LOG=log", "STILLWATCH_SEQ=7", "STILLWATCH_HASH=" + "ab" * 32} <= set(lines)


def test_r30_without_a_journal_it_says_so(tmp_path):
    assert not send_anchor("log", 7, "ab" * 32, tmp_path / "none")
    assert read_anchors("log", 0, str(tmp_path)) == {}
    assert read_anchors("log", 0, str(tmp_path / "none")) == {}


class PlayedReader:
    entries: ClassVar[list[dict[str, object]]] = []

    def __init__(self, path):
        self.matches = {}

    def __enter__(self):
        return self

    def __exit__(self, *_):
        return None

    def add_match(self, **match):
        self.matches |= match

    def __iter__(self):
        return (
            entry for entry in self.entries if all(str(entry.get(key)) == value for key, value in self.matches.items())
        )


def test_r30_only_entries_of_the_gates_uid_count_and_the_first_for_a_number(monkeypatch):
    import systemd.journal

    good = {"MESSAGE_ID": MESSAGE_ID, "_UID": "990", "STILLWATCH_LOG": "log"}
    PlayedReader.entries = [
        {**good, "STILLWATCH_SEQ": "1", "STILLWATCH_HASH": "a"},
        {**good, "STILLWATCH_SEQ": "1", "STILLWATCH_HASH": "forged later"},
        {**good, "STILLWATCH_SEQ": "2", "STILLWATCH_HASH": "b", "_UID": "1000"},
        {**good, "STILLWATCH_SEQ": "3", "STILLWATCH_HASH": "b", "STILLWATCH_LOG": "other"},
        {**good, "STILLWATCH_SEQ": "x4"},
        {**good},
        {**good, "STILLWATCH_SEQ": "9" * 40},
    ]
    monkeypatch.setattr(systemd.journal, "Reader", PlayedReader)
    assert read_anchors("log", 990) == {1: "a"}


def test_where_there_is_no_journal_library_there_are_no_anchors(monkeypatch):
    monkeypatch.setitem(sys.modules, "systemd", None)
    assert read_anchors("log", 0) == {}


def test_a_log_is_named_by_where_it_lies(tmp_path):
    (tmp_path / "link").symlink_to(tmp_path)
    assert log_name(tmp_path) == log_name(tmp_path / "link") != log_name(tmp_path / "other")


async def test_the_log_is_shown_and_checked_while_the_gate_runs(tmp_path, monkeypatch):
    monkeypatch.setattr(auditanchors, "PAUSE", 0.0)
    journal: dict[int, str] = {}
    gate = make_gate(tmp_path, anchor=lambda seq, digest: journal.setdefault(seq, digest) == digest)
    await propose(gate, "web.service")
    monkeypatch.setattr(auditanchors, "read_anchors", lambda *_: journal)
    paths = places_in(tmp_path)
    assert [record["kind"] for record in auditanchors.show_audit(paths)] == kinds(gate)
    assert [record["seq"] for record in auditanchors.show_audit(paths, after=3)] == [4, 5]
    assert auditanchors.verify_audit(paths).whole
    journal[9] = "cut"
    assert not auditanchors.verify_audit(paths).whole


def test_no_log_is_said(tmp_path):
    with pytest.raises(NotReachable):
        auditanchors.verify_audit(places_in(tmp_path))


def test_r30_as_a_service_the_gates_uid_counts(tmp_path, monkeypatch):
    monkeypatch.setattr(auditanchors, "GATE_USER", "daemon")
    paths = places_in(tmp_path)
    installed = type(paths)(**{**{name: getattr(paths, name) for name in paths.__struct_fields__}, "trial": False})
    assert auditanchors._gate_uid(installed) == 1
