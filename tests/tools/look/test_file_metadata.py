from __future__ import annotations

import os
from pathlib import Path

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
