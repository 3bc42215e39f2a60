from __future__ import annotations

import os
from pathlib import Path

import pytest

from stillwatch.host.smallfile import LARGEST
from stillwatch.host.unitports import ports_in


@pytest.mark.parametrize(
    ("text", "ports"),
    [
        ("port = 18080", {18080}),
        ("server:\n  host: 127.0.0.1\n  port: 8123\n", {8123}),
        ('{"listen": "0.0.0.0:9090"}', {9090}),
        ("    listen [::]:443 ssl;\n    listen 80;", {443, 80}),
        ("HTTP_PORT=3000\nWORKERS=16\n", {3000}),
        ("ListenAddress 0.0.0.0:2222", {2222}),
        ("bind_address = 10.0.0.1:5432", {5432}),
        ("timeout = 3000\nworkers = 8080", set()),
        ("port = 99999", set()),
        ("", set()),
    ],
)
def test_the_ports_that_a_file_speaks_of(tmp_path: Path, text: str, ports: set[int]) -> None:
    (tmp_path / "conf").write_text(text)
    assert ports_in([f"{tmp_path}/conf"]) == ports


def test_what_cannot_be_read_speaks_of_none(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "big").write_bytes(b"x" * LARGEST + b"\nport = 8080\n")
    (tmp_path / "binary").write_bytes(bytes(range(256)) + b"\nport = 8080\n")
    assert ports_in([f"{tmp_path}/{name}" for name in ("pipe", "big", "binary", "none", ".")]) == set()
