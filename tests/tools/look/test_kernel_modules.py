from __future__ import annotations

from pathlib import Path

import pytest

from .played_host import look, reader


@pytest.mark.parametrize(("enforce", "selinux"), [("1", "enforcing"), ("0", "permissive"), ("", "off")])
async def test_modules_and_what_is_switched_on(tmp_path: Path, enforce: str, selinux: str) -> None:
    files = {
        "proc/modules": "zfs 1 0 - Live 0x0\nbridge 2 1 zfs, Live 0x0\n",
        "sys/kernel/security/lsm": "lockdown,capability,apparmor",
        "sys/kernel/security/lockdown": "none [integrity] confidentiality",
        "sys/module/apparmor/parameters/enabled": "Y\n",
        "sys/fs/selinux/enforce": enforce,
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    data = (await look("kernel_modules", reader(root=tmp_path))).data
    assert (data["loaded"], data["apparmor"], data["lockdown"]) == (["bridge", "zfs"], True, "integrity")
    assert data["selinux"] == selinux
