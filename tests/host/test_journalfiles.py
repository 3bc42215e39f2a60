from __future__ import annotations

import errno
import os
import struct
from pathlib import Path

import pytest

from stillwatch.errors import WrongUsage
from stillwatch.host import journalfiles
from stillwatch.host.journalfiles import NO_JOURNAL, find_journal_files, problem_of, problems_of
from tests.support.facts import facts


def fake(file: Path, size: int = 4096, claimed: int = 4096) -> Path:
    header = b"LPKSHHRH" + bytes(80) + struct.pack("<QQ", 256, claimed - 256)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(header.ljust(size, b"\0"))
    return file


def test_files_are_found_here_and_one_folder_down(tmp_path: Path) -> None:
    wanted = [fake(tmp_path / "a.journal"), fake(tmp_path / "machine/b.journal"), fake(tmp_path / "machine/c.journal~")]
    fake(tmp_path / "x/y/d.journal")
    (tmp_path / "e.journal.txt").write_text("x")
    assert sorted(find_journal_files(tmp_path)) == sorted(wanted)


def test_what_is_wrong_with_a_file(tmp_path: Path) -> None:
    assert problem_of(fake(tmp_path / "a.journal")) == ""
    assert problem_of(fake(tmp_path / "b.journal", claimed=9000)) == "truncated"
    (tmp_path / "c.journal").write_bytes(b"")
    assert problem_of(tmp_path / "c.journal") == NO_JOURNAL
    assert problem_of(tmp_path / "missing.journal") == os.strerror(errno.ENOENT)


def test_many_problems_are_summed_up(tmp_path: Path) -> None:
    files = [fake(tmp_path / f"{n}.journal", claimed=9000) for n in range(20)]
    problems = problems_of(files)
    assert len(problems) == 9
    assert facts(problems[-1]) == ["12"]


def test_a_folder_of_broken_files_alone_cannot_be_used(tmp_path: Path) -> None:
    fake(tmp_path / "a.journal", claimed=9000)
    with pytest.raises(WrongUsage, match="truncated"):
        find_journal_files(tmp_path)


def test_what_is_closed_to_whoever_asks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "id").mkdir()
    ours, theirs = tmp_path / "id/user-1000.journal", tmp_path / "id/system.journal"
    ours.touch()
    theirs.touch()
    allowed = os.access
    monkeypatch.setattr(journalfiles.os, "access", lambda path, mode: path != theirs and allowed(path, mode))
    assert journalfiles.closed_to_us([tmp_path]) == [theirs]
    assert journalfiles.host_files([tmp_path, tmp_path / "none"]) == [theirs, ours]
