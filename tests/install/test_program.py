"""The program of the services: in place where only root can change it, else a copy that works by itself."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
import sysconfig
from pathlib import Path

import msgspec
import pytest

from stillwatch.install import program
from stillwatch.install.installer import Installer
from stillwatch.install.program import adopt_models, engines, fingerprint, in_place, parts, prepare
from stillwatch.watch.family import load_rules
from tests.support.facts import facts

MINE = frozenset({0, os.getuid()})


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(program, "HIDDEN", ())
    (tmp_path / "python").write_text("")
    (tmp_path / "lib").mkdir()
    (tmp_path / "lib/module.py").write_text("")
    return tmp_path


def why(tree: Path, owners: frozenset[int] = MINE) -> str:
    return in_place([tree / "python", tree / "python", tree / "lib"], owners)


def test_a_tree_that_nobody_else_can_change_stays(tree: Path) -> None:
    assert why(tree) == ""


def test_a_file_that_others_may_write_is_found(tree: Path) -> None:
    (tree / "lib/module.py").chmod(0o666)
    assert f"{tree}/lib/module.py" in why(tree)


def test_another_owner_is_found(tree: Path) -> None:
    assert str(tree) in why(tree, frozenset({4_000_000}))


def test_what_is_not_there(tree: Path) -> None:
    assert os.strerror(errno.ENOENT) in in_place([tree / "gone"], MINE)


def test_what_units_cannot_see() -> None:
    hidden = "/home/anna/venv/bin/python"
    assert facts(in_place([Path(hidden)])) == [hidden]


def test_the_parts_are_real() -> None:
    assert all(path.exists() for path in parts())


@pytest.mark.process
def test_a_copy_runs_by_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With one library beside it, which has a compiled part; the flow of an installation copies them all."""
    import asyncio

    libraries = tmp_path / "libraries"
    libraries.mkdir()
    (libraries / "msgspec").symlink_to(Path(msgspec.__file__).parent)
    monkeypatch.setattr(sysconfig, "get_path", lambda name: str(libraries))
    monkeypatch.setattr(program, "COPY", tmp_path / "copy")
    monkeypatch.setattr(program, "in_place", lambda paths: "it is a test")
    said: list[str] = []
    python = asyncio.run(prepare(Installer(said.append)))
    assert Path(python).is_relative_to(tmp_path)
    assert "because it is a test" in said[0]
    done = subprocess.run(
        [python, "-I", "-c", "import stillwatch, msgspec; print(stillwatch.__file__)"], capture_output=True, text=True
    )
    assert done.stdout.startswith(str(tmp_path)), done.stderr
    help_text = subprocess.run([python, "-I", "-m", "stillwatch", "--help"], capture_output=True, text=True)
    assert help_text.returncode == 0, help_text.stderr


async def test_in_place_is_this_interpreter(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(program, "in_place", lambda paths: "")
    assert await prepare(Installer(lambda said: None)) == sys.executable


@pytest.fixture
def alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """No llama-server but what a test puts where root may build one."""
    target = tmp_path / "lib/llama-server"
    monkeypatch.setattr(program, "INSTALLED", target)
    monkeypatch.setattr("stillwatch.llm.engines.INSTALLED", target)
    monkeypatch.setenv("PATH", "/nowhere")
    monkeypatch.setenv("XDG_CACHE_HOME", "/nowhere")
    monkeypatch.delenv("STILLWATCH_LLAMA_SERVER", raising=False)
    return target


def test_without_a_llama_server_the_package_serves_until_one_is_built(alone: Path) -> None:
    said: list[str] = []
    assert engines(Installer(said.append)) == [str(alone), "xllamacpp"] and said == []


def test_one_that_was_named_and_is_gone_is_said(alone: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STILLWATCH_LLAMA_SERVER", "/nowhere/llama-server")
    said: list[str] = []
    assert engines(Installer(said.append)) == [str(alone), "xllamacpp"]
    assert "/nowhere/llama-server" in said[0]


def test_the_package_may_be_wanted_alone(alone: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STILLWATCH_LLAMA_SERVER", "xllamacpp")
    assert engines(Installer(lambda said: None)) == ["xllamacpp"]


def test_a_llama_server_that_services_cannot_see_is_copied_once(
    alone: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found, target = tmp_path / "cache/llama-server", alone
    found.parent.mkdir()
    found.write_bytes(b"program")
    found.chmod(0o755)
    monkeypatch.setenv("STILLWATCH_LLAMA_SERVER", str(found))
    said: list[str] = []
    assert engines(Installer(said.append, dry_run=True)) == [str(target), "xllamacpp"] and not target.exists()
    for _ in range(2):
        assert engines(Installer(said.append))[0] == str(target)
    assert len(said) == 2 and target.read_bytes() == b"program" and os.access(target, os.X_OK)
    found.write_bytes(b"newer")
    assert engines(installer := Installer(said.append))[0] == str(target) and installer.changed
    assert target.read_bytes() == b"newer" and len(list(target.parent.iterdir())) == 1


def test_models_that_were_pulled_before_are_copied_once(tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine/tiny.gguf").write_bytes(b"GGUF and the rest")
    target, said = tmp_path / "service/models", list[str]()
    for _ in range(2):
        adopt_models(Installer(said.append), [tmp_path / "mine", tmp_path / "none"], target)
    assert (target / "tiny.gguf").read_bytes() == b"GGUF and the rest"
    assert len(said) == 1


def test_a_dry_run_copies_no_models(tmp_path: Path) -> None:
    (tmp_path / "tiny.gguf").write_bytes(b"GGUF")
    said: list[str] = []
    adopt_models(Installer(said.append, dry_run=True), [tmp_path], tmp_path / "service")
    assert said and not (tmp_path / "service").exists()


def test_the_fingerprint_tells_a_changed_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(program, "_package", lambda: tmp_path)
    monkeypatch.setattr(sysconfig, "get_path", lambda name: str(tmp_path))
    (tmp_path / "module.py").write_text("1")
    before = fingerprint()
    assert fingerprint() == before
    (tmp_path / "module.py").write_text("22")
    assert fingerprint() != before


def test_rules_are_compiled_once_for_everybody(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(program, "load_rules", lambda shelf: load_rules()[:5])
    folder, said = tmp_path / "cache/compiled", list[str]()
    program.prepare_rules(Installer(said.append, dry_run=True), folder)
    assert not folder.exists()
    for _ in range(2):
        program.prepare_rules(Installer(said.append), folder)
    assert {file.stat().st_mode & 0o777 for file in folder.iterdir()} == {0o644}
    assert folder.stat().st_mode & 0o055 == 0o055
    assert len(said) == 1
