from __future__ import annotations

import contextlib
import errno
import os
import select
from pathlib import Path

import pytest

from stillwatch.helpers import child
from stillwatch.helpers.child import run


def test_output_and_code() -> None:
    ended = run(["/usr/bin/printf", "a b"], seconds=5, limit=100)
    assert (ended.code, ended.text, ended.truncated, ended.timed_out) == (0, "a b", False, False)


def test_r4_the_environment_is_cleared(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET", "1")
    assert "SECRET" not in run(["/usr/bin/env"], seconds=5, limit=10_000).text


def test_r5_bytes_are_capped_and_an_endless_writer_ends() -> None:
    ended = run(["/usr/bin/yes"], seconds=5, limit=1_000)
    assert ended.truncated and len(ended.text) == 1_000


def test_r5_seconds_are_capped_and_the_whole_group_is_killed(tmp_path: Path) -> None:
    mark = tmp_path / "mark"
    ended = run(["/bin/sh", "-c", f"sleep 300 & echo $! >{mark}; wait"], seconds=0.5, limit=100)
    assert ended.timed_out
    with contextlib.suppress(ProcessLookupError):
        descriptor = os.pidfd_open(int(mark.read_text()))
        assert select.select([descriptor], [], [], 60)[0], "the grandchild lives on"
        os.close(descriptor)


def test_a_program_that_is_not_there() -> None:
    with pytest.raises(OSError, match=os.strerror(errno.ENOENT)):
        run(["/nonexistent/x"], seconds=1, limit=1)


def test_a_program_is_found_where_the_system_has_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(child, "FOLDERS", (str(tmp_path / "none"), str(tmp_path)))
    assert child.program("mine") == "/usr/bin/mine"
    (tmp_path / "mine").write_text("")
    (tmp_path / "mine").chmod(0o755)
    assert child.program("mine") == f"{tmp_path}/mine"
