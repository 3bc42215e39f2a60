"""What could be declared: rotated logs beside their live log and nothing else, and text that is valid policy."""

from __future__ import annotations

import tomllib
from pathlib import Path

import msgspec
import pytest

from stillwatch.admin import suggest
from stillwatch.admin.suggest import configuration_files, disabled_timers, log_folders, rotated_logs, suggestions
from stillwatch.gate.policy import Policy
from stillwatch.host.command import Completed
from stillwatch.host.mounts import Mount


def fill(folder: Path, *names: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for name in names:
        (folder / name).write_text("x")
    return folder


def patterns(folder: Path) -> list[object]:
    return [each.fields["pattern"] for each in rotated_logs([folder])]


def as_policy(found: list[suggest.Suggestion]) -> Policy:
    return msgspec.convert(tomllib.loads("\n".join(each.toml() for each in found)), Policy)


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (["access.log", "access.log.1.gz", "access.log.2.gz"], ["access.log.*.gz"]),
        (["a.log", "b.log", "a.log.1", "b.log.1", "a.log.2.gz"], ["*.log.*", "a.log.*.gz"]),
        (["syslog", "syslog.1"], ["syslog.*"]),
        (["app.log", "app.log-20261101"], ["app.log-*"]),
        (["notes.log.1"], []),
        (["a.log", "a.log.lock", "a.log.old", "a.log.12345"], []),
        (["a b.log", "a b.log.1"], []),
        ([], []),
    ],
)
def test_patterns(tmp_path: Path, names: list[str], expected: list[str]) -> None:
    folder = fill(tmp_path / "log", *names)
    assert patterns(folder) == expected
    assert len(as_policy(list(rotated_logs([folder]))).rotated_logs) == len(expected)


def test_links_and_folders_are_no_logs(tmp_path: Path) -> None:
    folder = fill(tmp_path / "log", "a.log")
    (folder / "a.log.1").symlink_to(folder / "a.log")
    (folder / "a.log.2").mkdir()
    assert patterns(folder) == []
    assert list(rotated_logs([tmp_path / "gone"])) == []


def test_a_folder_that_could_say_something_else(tmp_path: Path) -> None:
    assert patterns(fill(tmp_path / 'l"]\n[x', "a.log", "a.log.1")) == []


def test_where_logs_are_looked_for(tmp_path: Path) -> None:
    fill(tmp_path / "var/log/nginx/old/older/oldest")
    fill(tmp_path / "data/shop/logs")
    fill(tmp_path / "data/uploads")
    (tmp_path / "var/log/link").symlink_to(tmp_path / "data")
    mount = Mount(point=str(tmp_path / "data"), kind="ext4", source="x", options="rw", device="1:1")
    found = [str(path.relative_to(tmp_path)) for path in log_folders(tmp_path, [mount])]
    assert found == ["var/log", "var/log/nginx", "var/log/nginx/old", "var/log/nginx/old/older", "data/shop/logs"]


def test_configuration_with_its_test(tmp_path: Path) -> None:
    fill(tmp_path / "etc/nginx", "nginx.conf")
    assert list(configuration_files(tmp_path)) == []
    fill(tmp_path / "usr/sbin", "nginx")
    (file,) = as_policy(list(configuration_files(tmp_path))).files
    assert (file.path, file.unit) == ("/etc/nginx/nginx.conf", "nginx.service")


LISTED = """\
backup.timer disabled enabled
logrotate.timer enabled enabled
odd.timer disabled disabled
many@.timer disabled enabled
stillwatch-keep.timer disabled enabled

"""


async def test_timers(monkeypatch: pytest.MonkeyPatch) -> None:
    async def listed(argv: list[str], **_: object) -> Completed:
        return Completed(argv=tuple(argv), code=0, out=LISTED, err="")

    monkeypatch.setattr(suggest, "run", listed)
    found = await disabled_timers()
    assert [entry.unit for entry in as_policy(found).timers] == ["backup.timer"]


async def test_what_is_declared_is_not_suggested_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def no_timers() -> list[suggest.Suggestion]:
        return []

    monkeypatch.setattr(suggest, "read_mounts", lambda: [])
    monkeypatch.setattr(suggest, "disabled_timers", no_timers)
    folder = fill(tmp_path / "var/log", "a.log", "a.log.1")
    assert [each.table for each in await suggestions({}, tmp_path)] == ["rotated_logs"]
    assert await suggestions({"rotated_logs": {str(folder)}}, tmp_path) == []
