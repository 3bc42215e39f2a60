from __future__ import annotations

from pathlib import Path

from stillwatch.host.ownfiles import logs_of, named_after, settings_of, stems_of
from stillwatch.records.unit import UnitState


def written(root: Path, path: str, text: str = "x\n") -> str:
    file = root / path.lstrip("/")
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)
    return path


def service(**more: object) -> UnitState:
    return UnitState(name="radio-server.service", exec_start=("/usr/sbin/radiod", "-c", "/srv/radio/own.cfg"), **more)  # type: ignore[arg-type]


def test_names_by_which_files_are_called() -> None:
    assert stems_of(service(user="root")) == ["radio-server", "radiod", "radio"]


def test_settings_are_what_the_unit_names_what_lies_beside_and_what_its_package_ships(tmp_path: Path) -> None:
    shipped = written(tmp_path, "/etc/tuner/bands.conf")
    wanted = [written(tmp_path, path) for path in ("/srv/radio/own.cfg", "/etc/default/radio", "/etc/radio/a/b.conf")]
    written(tmp_path, "/etc/init.d/radiod")
    written(tmp_path, "/etc/radio/a/b.conf.bak")
    written(tmp_path, "/var/lib/dpkg/info/radiod.conffiles", f"{shipped}\n/etc/init.d/radiod\n/etc/gone\n")
    assert settings_of(service(), tmp_path) == [*wanted, shipped]


def test_logs_are_named_by_its_settings_or_called_as_it_is(tmp_path: Path) -> None:
    written(
        tmp_path, "/srv/radio/own.cfg", "# log = /var/spool/no.log\nLogFile /srv/radio/said\ndata = /srv/radio/data\n"
    )
    logs = {written(tmp_path, path) for path in ("/srv/radio/said", "/var/log/radio/main", "/var/log/radiod.log")}
    for other in ("/srv/radio/data", "/var/log/radio/main.1", "/var/log/radio/main-20260101", "/var/log/else.log"):
        written(tmp_path, other)
    assert set(logs_of(service(), root=tmp_path)) == logs
    assert logs_of(service(), since=9e9, root=tmp_path) == []


def test_a_log_belongs_to_the_service_whose_name_it_bears(tmp_path: Path) -> None:
    written(tmp_path, "/usr/lib/systemd/system/radio-server.service")
    written(tmp_path, "/etc/init.d/tuner")
    for path in ("radio/main", "radio/access.log", "radio/main.2.gz", "tuner.log", "wtmp", "else/else.log"):
        written(tmp_path, f"/var/log/{path}")
    assert named_after(tmp_path) == {
        "/var/log/radio/main": "radio-server.service",
        "/var/log/tuner.log": "tuner.service",
    }
