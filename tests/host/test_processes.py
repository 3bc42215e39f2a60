from __future__ import annotations

import os
import socket
import tempfile
from pathlib import Path

from stillwatch.host import processes


def test_our_own_listening_socket_is_found() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        rows = [row for row in processes.listening() if row["port"] == port]
    assert [(row["pid"], row["protocol"], row["address"]) for row in rows] == [(os.getpid(), "tcp", "127.0.0.1")]


def test_a_deleted_file_that_is_held_is_found() -> None:
    with tempfile.NamedTemporaryFile() as file:
        file.write(b"x" * 300_000)
        file.flush()
        Path(file.name).unlink()
        held = [row for row in processes.deleted_open(10_000) if row["path"] == file.name]
        assert held[0]["pid"] == os.getpid()
        assert held[0]["size"] >= 300_000
        file.delete = False
        file._closer.delete = False  # type: ignore[attr-defined]


def test_the_unit_stands_in_the_control_group(tmp_path: Path) -> None:
    for pid, text in (
        ("1", "0::/system.slice/nginx.service\n"),
        ("2", "9:name=systemd:/system.slice/a.service/sub\n0::/\n"),
    ):
        (tmp_path / pid).mkdir()
        (tmp_path / pid / "cgroup").write_text(text)
    assert processes.unit_of(1, tmp_path) == "nginx.service"
    assert processes.unit_of(2, tmp_path) == "a.service"
    assert processes.unit_of(3, tmp_path) == ""


def test_a_process_that_is_gone_is_empty() -> None:
    assert processes.describe(4_194_304) == {}
