"""`install`: what it needs before it does anything. That it works is tested on a booted machine."""

from __future__ import annotations

from pathlib import Path

import pytest

from stillwatch.cli.commands.install import prepared
from stillwatch.errors import NotReachable, WrongUsage
from tests.cli.conftest import Stillwatch


def test_it_is_roots(trial: Stillwatch, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    with pytest.raises(WrongUsage, match="root"):
        prepared(dry_run=False)


def test_it_needs_systemd(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Path, "is_dir", lambda self: False)
    with pytest.raises(NotReachable, match="systemd"):
        prepared(dry_run=True)


def test_steps_are_said_on_one_line(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(Path, "is_dir", lambda self: True)
    prepared(dry_run=True).say("write \x1b[2J\nx")
    assert capsys.readouterr().out == "• write [2J x\n"


def test_a_nixos_is_configured_and_not_installed_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "NIXOS").touch()
    monkeypatch.setattr("stillwatch.cli.commands.install.NIXOS", str(tmp_path / "NIXOS"))
    with pytest.raises(WrongUsage, match="NixOS") as refused:
        prepared(dry_run=True)
    assert "services.stillwatch" in refused.value.next_step
