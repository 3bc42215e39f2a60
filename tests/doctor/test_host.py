"""The doctor on hosts that lack one thing each."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import msgspec
import pytest

from stillwatch.config import Config, Paths, find_paths
from stillwatch.doctor import host as doctor
from stillwatch.store.store import FILE_NAME, Store


@pytest.fixture
def paths(tmp_path: Path) -> Paths:
    return find_paths(None, str(tmp_path / "state"), str(tmp_path / "run"))


def config(**tables: object) -> Config:
    return msgspec.convert(tables, Config)


SCRIPTED = {tier: {"url": "http://127.0.0.1:1/v1"} for tier in ("trigger", "review", "meta")}


async def test_everything_is_looked_at_and_nothing_is_left_behind(paths: Paths) -> None:
    findings = await doctor.examine(Config(), paths)
    topics = {finding.topic for finding in findings}
    assert {
        "configuration",
        "packages",
        "native code",
        "systemd",
        "journal",
        "state",
        "engine",
        "memory",
    } <= topics
    assert {"engine", "memory", "port 8080", "port 8081", "port 8082", "port 8083"} <= topics
    assert all(finding.text and (finding.mend == "" or not finding.ok) for finding in findings)
    assert not paths.state.exists()
    assert not paths.runtime.exists()


def test_what_is_remembered_is_shown_with_its_limits(paths: Paths) -> None:
    assert list(doctor.remembered(Config(), paths)) == []
    store = Store.open(paths.state)
    for at in range(400):
        store.samples.add(float(at), {f"metric-{n}": 1.0 for n in range(60)})
    (found,) = doctor.remembered(config(keep={"megabytes": 300}), paths)
    assert found.ok and "300 MB" in found.text
    for at in range(400, 3000):
        store.samples.add(float(at), {f"metric-{n}": 1.0 for n in range(60)})
    (found,) = doctor.remembered(config(keep={"megabytes": 1}), paths)
    store.close()
    assert not found.ok


def test_a_store_that_cannot_be_read_is_one_finding(paths: Paths) -> None:
    paths.state.mkdir(parents=True)
    (paths.state / FILE_NAME).write_text("no database at all, but some text that is long enough to be looked at")
    (found,) = doctor.remembered(Config(), paths)
    assert not found.ok and found.mend


def test_packages_are_those_that_ours_requires(monkeypatch: pytest.MonkeyPatch) -> None:
    assert doctor.required_packages().ok
    monkeypatch.setattr(doctor.metadata, "requires", lambda _: ["no-such-thing>=1", "rich>=13", 'other; extra == "x"'])
    found = doctor.required_packages()
    assert (found.ok, found.text) == (False, "missing: no-such-thing")
    assert found.mend.endswith("-m pip install no-such-thing")


async def test_native_code_that_does_not_load(monkeypatch: pytest.MonkeyPatch) -> None:
    assert (await doctor.native_packages()).ok
    monkeypatch.setattr(doctor, "NATIVE", ("no_such_module",))
    found = await doctor.native_packages()
    assert not found.ok
    assert "No module named 'no_such_module'" in found.text


def test_systemd_and_its_bus(tmp_path: Path) -> None:
    assert not doctor.systemd(tmp_path / "none").ok
    assert list(doctor.bus(tmp_path / "bus", tmp_path / "none")) == []
    assert doctor.systemd(tmp_path).ok
    (found,) = doctor.bus(tmp_path / "bus", tmp_path)
    assert not found.ok
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(tmp_path / "bus"))
        (found,) = doctor.bus(tmp_path / "bus", tmp_path)
    assert found.ok


def test_a_journal_that_is_absent_open_closed_or_not_wanted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert not doctor.journal(Config(), (tmp_path / "none",)).ok
    machine = tmp_path / "0123"
    machine.mkdir()
    (machine / "system.journal").write_bytes(b"LPKSHHRH")
    assert doctor.journal(Config(), (tmp_path,)).ok
    monkeypatch.setattr(os, "access", lambda path, mode: not str(path).endswith(".journal"))
    monkeypatch.setattr(doctor, "_me", lambda: "anna")
    found = doctor.journal(Config(), (tmp_path,))
    assert not found.ok
    assert found.mend.endswith("usermod -aG systemd-journal anna")
    assert doctor.journal(config(watch={"journal": False}), (tmp_path,)).ok


def test_a_state_directory_that_cannot_be_written(paths: Paths, monkeypatch: pytest.MonkeyPatch) -> None:
    assert doctor.state(paths).ok
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    found = doctor.state(paths)
    assert not found.ok
    assert "--state-dir" in found.mend


def test_a_full_disk(paths: Paths, monkeypatch: pytest.MonkeyPatch) -> None:
    assert doctor.space(paths).text.endswith((str(paths.state.parent), str(paths.models)))
    monkeypatch.setattr(doctor, "LEAST_SPACE", 1 << 62)
    assert not doctor.space(paths).ok
