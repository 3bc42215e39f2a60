from __future__ import annotations

import os
from pathlib import Path

import pytest

from stillwatch.tools.look import file_metadata

from .played_host import look


async def test_owner_and_mode_by_name(tmp_path: Path) -> None:
    file = tmp_path / "secret"
    file.write_text("hunter2")
    file.chmod(0o640)
    seen = await look("file_metadata", path=str(file))
    assert (seen.data["mode"], seen.data["size"], seen.data["uid"]) == ("-rw-r-----", 7, os.getuid())
    assert f"{seen.data['owner']}:{seen.data['group']}" in seen.text
    assert "hunter2" not in repr(seen)
    assert "interpreter" not in seen.data


async def test_a_script_whose_interpreter_is_missing(tmp_path: Path) -> None:
    script = tmp_path / "run"
    script.write_text("#!/no/such/python3 -I\nPASSWORD = 'hunter2'\n")
    script.chmod(0o755)
    seen = await look("file_metadata", path=str(script))
    assert (seen.data["interpreter"], seen.data["interpreter_exists"]) == ("/no/such/python3", False)
    assert "/no/such/python3 does not" in seen.text
    assert "hunter2" not in repr(seen)


async def test_a_program_that_is_no_script_has_no_interpreter(tmp_path: Path) -> None:
    for name, content in (("empty", b""), ("binary", b"\x7fELF\0\xff"), ("bare", b"#!\n"), ("odd", b"#! relative x\n")):
        (tmp_path / name).write_bytes(content)
        (tmp_path / name).chmod(0o755)
        assert "interpreter" not in (await look("file_metadata", path=f"{tmp_path}/{name}")).data


async def test_links_and_what_is_not_there(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to("/no/such/place")
    seen = await look("file_metadata", path=f"{tmp_path}/link")
    assert (seen.data["exists"], seen.data["target_exists"]) == (True, False)
    assert "dangling" in seen.text
    assert (await look("file_metadata", path=f"{tmp_path}/none")).data["exists"] is False
    os.mkfifo(tmp_path / "pipe", 0o777)
    assert (await look("file_metadata", path=f"{tmp_path}/pipe")).data["exists"] is True


async def test_when_the_folder_changed_tells_a_new_file_from_one_written_anew(tmp_path: Path) -> None:
    (tmp_path / "new").write_text("x")
    os.utime(tmp_path, (1000, 1000))
    for name in ("new", "gone"):
        assert (await look("file_metadata", path=f"{tmp_path}/{name}")).data["folder_changed"] == 1000
    nowhere = await look("file_metadata", path=f"{tmp_path}/no/such/file")
    assert (nowhere.data["exists"], nowhere.data["folder_changed"], nowhere.data["declared"]) == (False, None, False)


@pytest.mark.parametrize(("declared", "told"), [("/etc/shop/shop.conf", True), ("/etc/shop/other.conf", False)])
async def test_what_the_policy_declares_is_said(monkeypatch: pytest.MonkeyPatch, declared: str, told: bool) -> None:
    monkeypatch.setattr(file_metadata, "entries", lambda table: [{"path": declared, "name": table}])
    assert (await look("file_metadata", path="/etc/shop/shop.conf")).data["declared"] is told
