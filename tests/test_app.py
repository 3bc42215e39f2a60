from __future__ import annotations

import socket
import subprocess
import sys
from pathlib import Path

import pytest

from stillwatch.app import Options, build
from stillwatch.errors import WrongUsage
from stillwatch.service.one_pass import OnePass

NO_MODELS = "".join(f"[llm.{tier}]\nenabled = false\n" for tier in ("trigger", "review", "meta"))


def options(folder: Path, text: str = NO_MODELS) -> Options:
    file = folder / "stillwatch.toml"
    file.write_text(text)
    return Options(config=str(file), state_dir=str(folder / "state"), runtime_dir=str(folder / "run"))


def test_a_configuration_that_is_wrong_is_wrong_usage(tmp_path: Path) -> None:
    with pytest.raises(WrongUsage, match="autonomie"):
        build(options(tmp_path, 'autonomie = "observe"\n'))
    with pytest.raises(WrongUsage, match=str(tmp_path / "none.toml")):
        build(Options(config=str(tmp_path / "none.toml")))


def test_without_a_daemon_the_service_looks_itself(tmp_path: Path) -> None:
    app = build(options(tmp_path))
    assert type(app.service()) is OnePass


def test_a_socket_that_nobody_serves_is_passed_over(tmp_path: Path) -> None:
    app = build(options(tmp_path))
    app.socket.parent.mkdir(parents=True)
    with socket.socket(socket.AF_UNIX) as left_behind:
        left_behind.bind(str(app.socket))
    assert type(app.service()) is OnePass


def test_what_is_kept_is_known_without_a_daemon(tmp_path: Path) -> None:
    app = build(options(tmp_path))
    assert type(app.known()) is OnePass


def test_a_daemon_alone_is_asked_for_what_it_knows(tmp_path: Path) -> None:
    """The rest of the house is not even imported: a person waits for this."""
    code = (
        "import sys; from stillwatch.cli.commands import status, incidents; from stillwatch.app import Options, build; "
        "print([name for name in sys.modules if name.startswith(('stillwatch.think', 'stillwatch.llm', 'psutil'))])"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout == "[]\n"
