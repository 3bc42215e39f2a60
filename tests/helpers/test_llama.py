"""The model program over a real socket: what it starts, what it refuses, and that nothing is left when we hang up."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from stillwatch.helpers import llama
from stillwatch.helpers.llama import END, checked
from stillwatch.helpers.request import RequestRefused

KEY = "k" * 30
GOOD_SERVER = 'case "$*" in *--version) echo version: 7 ;; *) echo served >&2; exit 3 ;; esac'
ENGINE = END + b"engine server\n"
GOOD = {"serve": "model", "file": "", "port": 8080, "key": KEY, "context": 4096, "threads": 2, "gpu_layers": 0}
RUN = (
    "import sys; from pathlib import Path; from stillwatch.helpers import llama;"
    "llama.MODELS = Path(sys.argv[2]); raise SystemExit(llama.serve(sys.argv[1].split()))"
)


@pytest.fixture
def request_(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    monkeypatch.setattr(llama, "MODELS", tmp_path)
    (tmp_path / "m.gguf").write_bytes(b"GGUF")
    return {**GOOD, "file": str(tmp_path / "m.gguf")}


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[[str], tuple[socket.socket, subprocess.Popen[bytes]]]]:
    """The program with a shell script as its llama-server, at the other end of a socket."""
    started = []

    def begin(script: str) -> tuple[socket.socket, subprocess.Popen[bytes]]:
        server = tmp_path / "server"
        server.write_text(f"#!/bin/sh\n{script}\n")
        server.chmod(0o755)
        ours, theirs = socket.socketpair()
        ours.settimeout(20)
        argv = [sys.executable, "-I", "-c", RUN, str(server), str(tmp_path)]
        process = subprocess.Popen(argv, stdin=theirs, stdout=theirs)
        theirs.close()
        started.append((ours, process))
        return ours, process

    yield begin
    for link, process in started:
        link.close()
        assert process.wait(10) == 0


def ask(link: socket.socket, request: dict[str, Any]) -> None:
    link.sendall(json.dumps(request).encode() + b"\n")


def until_closed(link: socket.socket) -> bytes:
    """What it says behind the line that names the engine."""
    said = b"".join(iter(lambda: link.recv(65_536), b""))
    return said.removeprefix(ENGINE)


@pytest.mark.parametrize(
    "wrong",
    [
        {"port": 80},
        {"port": 70_000},
        {"port": "8080"},
        {"context": 1},
        {"threads": 2_000},
        {"gpu_layers": -2},
        {"key": "short"},
        {"key": "k" * 30 + "\n"},
        {"key": "k" * 30 + " --host"},
        {"file": "/etc/shadow"},
        {"more": 1},
        {"serve": "files"},
    ],
)
def test_r2_what_does_not_fit_is_refused(request_: dict[str, Any], wrong: dict[str, Any]) -> None:
    assert checked(request_) == request_
    with pytest.raises(RequestRefused):
        checked(request_ | wrong)


@pytest.mark.parametrize("name", ["../m.gguf", "-m.gguf", "m.gguf\n", "m", ".hidden.gguf", "sub/m.gguf", "gone.gguf"])
def test_only_a_model_of_the_service_is_served(request_: dict[str, Any], name: str) -> None:
    with pytest.raises(RequestRefused):
        checked(request_ | {"file": f"{llama.MODELS}/{name}"})


def test_a_link_is_no_model(request_: dict[str, Any]) -> None:
    (llama.MODELS / "link.gguf").symlink_to(llama.MODELS / "m.gguf")
    with pytest.raises(RequestRefused, match="no link"):
        checked(request_ | {"file": str(llama.MODELS / "link.gguf")})


def test_what_it_says_comes_back_and_how_it_ended(request_: dict[str, Any], start: Any) -> None:
    link, _ = start('echo "args $*" >&2; echo "env $OMP_WAIT_POLICY $LLAMA_ARG_HOST" >&2; exit 3')
    ask(link, request_)
    said = until_closed(link)
    assert b"--model " + request_["file"].encode() in said and KEY.encode() not in said
    assert b"env passive \n" in said
    assert said.endswith(END + b"ended 3\n")


def test_the_key_is_in_a_file_that_only_the_server_has(request_: dict[str, Any], start: Any) -> None:
    link, _ = start('while [ "$1" != --api-key-file ]; do shift; done; cat "$2" >&2; readlink "$2" >&2')
    ask(link, request_)
    said = until_closed(link)
    assert said.startswith(KEY.encode() + b"\n/memfd:key") and said.endswith(END + b"ended 0\n")


def test_nothing_is_left_when_whoever_asked_hangs_up(request_: dict[str, Any], start: Any) -> None:
    link, process = start("echo up >&2; exec sleep 500")
    ask(link, request_)
    assert link.makefile("rb").read(len(ENGINE) + 3) == ENGINE + b"up\n"
    (server,) = psutil.Process(process.pid).children()
    link.shutdown(socket.SHUT_WR)
    assert until_closed(link) == b""
    assert process.wait(10) == 0 and not psutil.pid_exists(server.pid)


@pytest.mark.parametrize("line", [b"x\n", b'{"serve":"model"}\n', b"{}", b"\n", b"a" * 70_000])
def test_a_bad_request_is_refused_and_starts_nothing(start: Any, line: bytes, tmp_path: Path) -> None:
    link, _ = start(f"touch {tmp_path}/started")
    link.sendall(line)
    link.shutdown(socket.SHUT_WR)
    assert until_closed(link).startswith(END + b"refused: ")
    assert not (tmp_path / "started").exists()


def test_a_server_that_cannot_be_started(request_: dict[str, Any], start: Any, tmp_path: Path) -> None:
    link, _ = start("exit 0")
    (tmp_path / "server").unlink()
    ask(link, request_)
    assert b"refused: " in (said := until_closed(link)) and b"No such file" in said


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root to be somebody else")
def test_another_user_is_refused(request_: dict[str, Any], start: Any, tmp_path: Path) -> None:
    door = tmp_path / "door"
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(str(door))
    door.chmod(0o666)
    for folder in (tmp_path, *tmp_path.parents):
        if folder.stat().st_uid == 0 and str(folder).startswith("/tmp/"):
            folder.chmod(0o755)
    listener.listen()
    client = (
        "import os,socket,sys; os.setuid(65534); s=socket.socket(socket.AF_UNIX); s.connect(sys.argv[1]);"
        "print(s.recv(4096).decode())"
    )
    asking = subprocess.Popen([sys.executable, "-I", "-c", client, str(door)], stdout=subprocess.PIPE)
    theirs, _ = listener.accept()
    subprocess.run([sys.executable, "-I", "-c", RUN, "/bin/true", str(tmp_path)], stdin=theirs, stdout=theirs)
    theirs.close()
    assert b"this user may not ask" in asking.communicate(timeout=20)[0]


def test_whoever_connects_and_says_nothing_is_sent_away(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(llama, "SECONDS", 0.05)
    ours, theirs = socket.socketpair()
    saved = os.dup(0)
    os.dup2(theirs.fileno(), 0)
    try:
        with pytest.raises(RequestRefused, match="no request"):
            llama._line()
    finally:
        os.dup2(saved, 0)
        os.close(saved)
        ours.close()
        theirs.close()


def test_of_two_engines_the_first_that_runs_serves_and_is_named(request_: dict[str, Any], tmp_path: Path) -> None:
    """The unit names all; what cannot run here is passed over, what is not here is no error."""
    for name, script in (("broken", "kill -ILL $$"), ("good", GOOD_SERVER)):
        (tmp_path / name).write_text(f"#!/bin/sh\n{script}\n")
        (tmp_path / name).chmod(0o755)
    engines = [str(tmp_path / name) for name in ("none", "broken", "good")]
    ours, theirs = socket.socketpair()
    argv = [sys.executable, "-I", "-c", RUN, " ".join(engines), str(tmp_path)]
    with subprocess.Popen(argv, stdin=theirs, stdout=theirs), ours:
        theirs.close()
        ask(ours, request_)
        assert until_closed(ours) == END + b"engine good 7\nserved\n\n" + END + b"ended 3\n"


def test_engines_that_do_not_run_are_refused_with_their_reasons(request_: dict[str, Any], tmp_path: Path) -> None:
    (tmp_path / "broken").write_text("#!/bin/sh\nkill -ILL $$\n")
    (tmp_path / "broken").chmod(0o755)
    ours, theirs = socket.socketpair()
    argv = [sys.executable, "-I", "-c", RUN, f"{tmp_path}/broken {tmp_path}/none", str(tmp_path)]
    with subprocess.Popen(argv, stdin=theirs, stdout=theirs), ours:
        theirs.close()
        ask(ours, request_)
        said = until_closed(ours)
    assert said.startswith(END + b"refused: ") and b"illegal instruction" in said
