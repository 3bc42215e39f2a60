from __future__ import annotations

import os
from pathlib import Path

from stillwatch.host.errorlogs import error_logs


def test_the_logs_that_are_there_the_last_written_first(tmp_path: Path) -> None:
    for name, at in (("nginx/error.log", 100), ("postgresql/postgresql-15-main.log", 300), ("mysql/error.log", 200)):
        file = tmp_path / "var/log" / name
        file.parent.mkdir(parents=True)
        file.write_text("")
        os.utime(file, (at, at))
    found = [Path(path).parent.name for path in error_logs(150, tmp_path)]
    assert found == ["postgresql", "mysql"]
    assert error_logs(0, tmp_path / "none") == []


def test_of_a_service_of_any_name_the_log_that_is_called_as_its_folder(tmp_path: Path) -> None:
    for name in ("broker/broker.log", "broker/access.log", "proxy/error.log", "apt/term.log", "nginx/error.log"):
        file = tmp_path / "var/log" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("")
    found = sorted(str(Path(path).relative_to(tmp_path / "var/log")) for path in error_logs(0, tmp_path))
    assert found == ["broker/broker.log", "nginx/error.log", "proxy/error.log"]


def test_a_log_that_a_unit_names_is_one_of_the_error_logs(tmp_path: Path) -> None:
    unit = tmp_path / "etc/systemd/system/shop.service"
    unit.parent.mkdir(parents=True)
    unit.write_text("[Service]\nStandardError=append:/srv/out.txt\n")
    (tmp_path / "srv").mkdir()
    (tmp_path / "srv/out.txt").write_text("")
    assert error_logs(0, tmp_path) == [f"{tmp_path}/srv/out.txt"]
