from __future__ import annotations

from pathlib import Path

import pytest

from stillwatch.host.disk import is_rotated_log, scan


@pytest.mark.parametrize("name", ["a.log.1", "a.log.2.gz", "a.log-20260101", "syslog.3.gz", "a.log.old", "a.log.gz"])
def test_rotated_logs(name: str) -> None:
    assert is_rotated_log(name)


@pytest.mark.parametrize("name", ["a.log", "customers.db", "upload.1", "photo.gz", "backup-20260101.tar", "data.old"])
def test_files_that_are_none(name: str) -> None:
    assert not is_rotated_log(name)


def test_links_are_not_followed_and_limits_are_told(tmp_path: Path) -> None:
    (tmp_path / "loop").symlink_to(tmp_path)
    (tmp_path / "many").mkdir()
    for number in range(50):
        (tmp_path / f"many/{number}").touch()
    whole = scan(str(tmp_path))
    assert whole["complete"]
    assert whole["most_entries"][0] == {"path": f"{tmp_path}/many", "bytes": 0, "entries": 50}
    assert not scan(str(tmp_path), entries=20)["complete"]
    with pytest.raises(FileNotFoundError):
        scan(f"{tmp_path}/none")


@pytest.mark.parametrize("name", ["access-20260101.gz", "access.1", "error.old", "messages-2026-01-01", "syslog.bak"])
def test_in_a_directory_of_logs_less_of_a_name_is_enough(name: str) -> None:
    assert is_rotated_log(name, "/srv/shop/logs")
    assert is_rotated_log(name, "/var/log")


@pytest.mark.parametrize("name", ["access.log", "customers.db", "photo.jpg", "report-7.pdf", "v2"])
def test_even_there_other_files_are_none(name: str) -> None:
    assert not is_rotated_log(name, "/srv/shop/logs")
