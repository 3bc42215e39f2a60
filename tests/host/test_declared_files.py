from __future__ import annotations

import os
from pathlib import Path

import pytest

from stillwatch.errors import NotReachable
from stillwatch.host.declared_files import certificate_ends, newest
from tests.host.test_probes import certified


def test_the_newest_of_a_pattern_counts(tmp_path: Path) -> None:
    for name, at in (("a.sql", 10), ("b.sql", 30), ("c.txt", 50)):
        (tmp_path / name).write_text("x")
        os.utime(tmp_path / name, (at, at))
    (tmp_path / "d.sql").mkdir()
    assert newest(f"{tmp_path}/*.sql") == 30.0 and newest(f"{tmp_path}/**/*") == 50.0
    assert newest(f"{tmp_path}/a.sql") == 10.0 and newest(f"{tmp_path}/none/*") is None


def test_what_may_not_be_seen_is_not_taken_for_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "access", lambda path, mode: path != tmp_path)
    with pytest.raises(NotReachable):
        newest(f"{tmp_path}/*.sql")


def test_the_end_of_a_certificate(tmp_path: Path) -> None:
    certified(tmp_path, 30)
    assert certificate_ends(f"{tmp_path}/c.pem") > 1_700_000_000
    for name in ("k.pem", "none.pem"):
        with pytest.raises(NotReachable):
            certificate_ends(f"{tmp_path}/{name}")
