"""The order of the steps, and what is kept; that it works is tested on a booted machine (tests/flows)."""

from __future__ import annotations

from pathlib import Path

import pytest

from stillwatch.install import steps
from stillwatch.install.installer import Installer
from stillwatch.install.steps import DEFAULT_CONFIGURATION, install, uninstall


class Watched(Installer):
    """Writes below its root; programs are only noted."""

    def __init__(self, root: Path) -> None:
        self.said: list[str] = []
        super().__init__(self.said.append, root=root)

    async def run(self, *argv: str, needed: bool = True) -> bool:
        self.say(f"run {' '.join(argv)}")
        return True


async def put(root: Path) -> list[str]:
    installer = Watched(root)

    async def apply() -> None:
        installer.say("apply")

    await install(installer, "/opt/x/bin/python", ["xllamacpp"], "# policy\n", apply)
    return installer.said


async def test_the_order(tmp_path: Path) -> None:
    said = await put(tmp_path)
    order = ["run systemd-sysusers", "run systemd-tmpfiles", "write /etc/stillwatch/policy.toml", "apply"]
    order += ["run systemctl daemon-reload", "run systemctl --quiet enable", "run systemctl start"]
    paths = [next(index for index, words in enumerate(said) if words.startswith(step)) for step in order]
    assert paths == sorted(paths)


async def test_the_owners_files_stay(tmp_path: Path) -> None:
    await put(tmp_path)
    policy = tmp_path / "etc/stillwatch/policy.toml"
    policy.write_text("# mine\n")
    said = await put(tmp_path)
    assert policy.read_text() == "# mine\n"
    assert not [words for words in said if words.startswith("write") or " stop " in words]


async def test_the_command_comes_and_goes(tmp_path: Path) -> None:
    await put(tmp_path)
    command = tmp_path / "usr/local/bin/stillwatch"
    assert command.read_text().startswith("#!/opt/x/bin/python -I\n") and command.stat().st_mode & 0o777 == 0o755
    await uninstall(Watched(tmp_path), purge=False)
    assert not command.exists()


async def test_a_command_of_somebody_else_stays(tmp_path: Path) -> None:
    command = tmp_path / "usr/local/bin/stillwatch"
    command.parent.mkdir(parents=True)
    command.write_text("mine")
    await put(tmp_path)
    await uninstall(Watched(tmp_path), purge=False)
    assert command.read_text() == "mine"


async def test_what_stays_is_named(tmp_path: Path) -> None:
    await put(tmp_path)
    (tmp_path / "var/lib/stillwatch-gate").mkdir(parents=True)
    assert set(steps.kept(Watched(tmp_path))) == {"/etc/stillwatch", "/var/lib/stillwatch-gate"}


async def test_uninstall_keeps_what_is_the_owners(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(steps, "_known", lambda find, name: False)
    await put(tmp_path)
    (tmp_path / "var/lib/stillwatch-gate").mkdir(parents=True)
    await uninstall(Watched(tmp_path), purge=False)
    left = sorted(str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*") if path.is_file())
    assert left == ["etc/stillwatch/policy.toml", "etc/stillwatch/stillwatch.toml"]
    assert (tmp_path / "var/lib/stillwatch-gate").is_dir()
    await uninstall(Watched(tmp_path), purge=True)
    assert not [path for path in tmp_path.rglob("*") if path.is_file() or "stillwatch" in path.name]


async def test_users_and_groups_go_with_a_purge(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(steps, "_known", lambda find, name: True)
    installer = Watched(tmp_path)
    await uninstall(installer, purge=True)
    assert "run userdel stillwatch-gate" in installer.said
    assert "run groupdel stillwatch-admin" in installer.said


def test_the_default_configuration_is_one() -> None:
    import tomllib

    import msgspec

    from stillwatch.config import Config

    assert msgspec.convert(tomllib.loads(DEFAULT_CONFIGURATION), Config) == Config()
