from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

from stillwatch.helpers import act, enabling
from stillwatch.helpers.processes import process
from stillwatch.helpers.request import HalfDone, RequestRefused

Write = Callable[[str], Path]


@pytest.fixture
def stray() -> Iterator[tuple[subprocess.Popen[bytes], int]]:
    """A process of its own that listens."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    code = f"import socket,time; s=socket.create_server(('127.0.0.1',{port})); time.sleep(60)"
    child = subprocess.Popen([sys.executable, "-c", code])
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            break
        except OSError:
            assert child.poll() is None
    yield child, port
    child.kill()
    child.wait()


def terminate(child: subprocess.Popen[bytes], listens: int, **changed: object) -> dict[str, object]:
    start = process(child.pid).start
    request = {"do": "terminate", "pid": child.pid, "start": start, "port": listens, "unit": "a.service"}
    return act.handle(request | changed)


def test_r22_terminate_by_pidfd(stray: tuple[subprocess.Popen[bytes], int], monkeypatch: pytest.MonkeyPatch) -> None:
    child, port = stray
    monkeypatch.setattr(act, "check_stray", lambda cgroup, unit: None)
    monkeypatch.setattr(act, "check_failing", lambda unit: None)
    never = (1, os.getpid(), 2**22 + 9, 2**70)
    for changed in ({"start": 1}, {"port": port + 1}, *({"pid": pid} for pid in never)):
        with pytest.raises(RequestRefused):
            terminate(child, port, **changed)
        assert child.poll() is None
    assert terminate(child, port)["ended"] is True
    assert child.wait() == -15


def test_r39_nothing_is_ended_for_a_unit_that_is_well_and_no_way_in_ever(
    stray: tuple[subprocess.Popen[bytes], int], monkeypatch: pytest.MonkeyPatch, policy: Write
) -> None:
    child, port = stray
    policy("")
    monkeypatch.setattr(act, "check_stray", lambda cgroup, unit: None)

    def well(unit: str) -> None:
        raise RequestRefused(f"{unit} is active, not failed")

    monkeypatch.setattr(act, "check_failing", well)
    with pytest.raises(RequestRefused, match="not failed"):
        terminate(child, port)
    monkeypatch.setattr(act, "check_failing", lambda unit: None)
    comm = process(child.pid).comm
    monkeypatch.setattr(act, "is_protected_process", lambda name: name == comm)
    with pytest.raises(RequestRefused, match="protected"):
        terminate(child, port)
    assert child.poll() is None


@pytest.mark.parametrize(
    ("cgroup", "stray"),
    [
        ("/user.slice/user-1000.slice/session-3.scope", True),
        ("/user.slice/session-30.scope", True),
        ("/system.slice/shop.service", True),
        ("/", True),
        ("/system.slice/nginx.service", False),
        ("/user.slice/user-1000.slice/user@1000.service/app.slice/shop.service", False),
        ("/system.slice/nginx.service/shop.service", False),
        ("/system.slice/ssh.service", False),
        ("/init.scope", False),
        ("/system.slice/system-getty.slice/getty@tty1.service", False),
        ("/system.slice/systemd-journald.service", False),
        ("/system.slice/stillwatch.service", False),
        ("/user.slice/user-0.slice/user@0.service/init.scope", False),
        ("/machine.slice/x.scope", False),
    ],
)
def test_r22_only_what_belongs_to_nobody_is_stray(policy: Write, cgroup: str, stray: bool) -> None:
    policy("")
    if stray:
        act.check_stray(cgroup, "shop.service")
    else:
        with pytest.raises(RequestRefused):
            act.check_stray(cgroup, "shop.service")


def test_delete_logs_spares_what_is_open_young_or_foreign(policy: Write, tmp_path: Path) -> None:
    folder = tmp_path / "log"
    folder.mkdir()
    old = time.time() - 30 * 86_400
    for name in ("a.log.1", "a.log.2", "a.log.3", "upload.db"):
        (folder / name).write_bytes(b"x" * 5_000)
        os.utime(folder / name, (old, old))
    policy(f'[[rotated_logs]]\nname="logs"\ndirectory="{folder}"\npattern="a.log.*"\nolder_than_days=7\nkeep=0\n')
    with (folder / "a.log.2").open("rb"):
        assert act.handle({"do": "delete_logs", "name": "logs"})["removed"] == 2
    assert sorted(each.name for each in folder.iterdir()) == ["a.log.2", "upload.db"]


def test_own_and_back(policy: Write, tmp_path: Path) -> None:
    data = tmp_path / "data"
    data.mkdir(mode=0o700)
    (data / "inside").write_text("x")
    policy(f'[[ownership]]\nname="data"\npath="{data}"\nowner="nobody"\ngroup="daemon"\nmode="0750"\n')
    act.handle({"do": "own", "name": "data"})
    assert (data.stat().st_uid, data.stat().st_mode & 0o777) == (65534, 0o750)
    assert (data / "inside").stat().st_uid == 0
    with pytest.raises(RequestRefused, match="as declared"):
        act.handle({"do": "own", "name": "data"})
    data.chmod(0o755)
    with pytest.raises(RequestRefused, match="left"):
        act.handle({"do": "own_back", "name": "data"})
    data.chmod(0o750)
    act.handle({"do": "own_back", "name": "data"})
    assert (data.stat().st_uid, data.stat().st_mode & 0o777) == (0, 0o700)


def test_remove_lock_only_the_one_that_was_approved(
    policy: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(act, "check_failing", lambda unit: None)
    file = tmp_path / "a.pid"
    file.write_text("4194000\n")
    policy(f'[[locks]]\nname="pid"\npath="{file}"\nunit="a.service"\nprogram="no-such-prog"\n')
    inode = file.stat().st_ino
    with pytest.raises(RequestRefused, match="another file"):
        act.handle({"do": "remove_lock", "name": "pid", "inode": inode + 1})
    act.handle({"do": "remove_lock", "name": "pid", "inode": inode})
    assert not file.exists()
    with pytest.raises(RequestRefused):
        act.handle({"do": "remove_lock", "name": "pid", "inode": inode})


def test_restore_only_the_copy_that_was_approved(policy: Write, tmp_path: Path) -> None:
    file = tmp_path / "a.conf"
    file.write_text("good")
    policy(f'[[files]]\nname="a"\npath="{file}"\nunit="a.service"\ntest=["/usr/bin/grep","-q","good","{file}"]\n')
    kept = act.handle({"do": "keep", "name": "a"})["sha256"]
    file.write_text("bad")
    assert act.handle({"do": "test", "name": "a"})["passed"] is False
    with pytest.raises(RequestRefused):
        act.handle({"do": "restore", "name": "a", "sha256": "0" * 64})
    act.handle({"do": "restore", "name": "a", "sha256": kept})
    assert file.read_text() == "good"
    assert act.handle({"do": "file", "name": "a"})["same"] is True
    with pytest.raises(RequestRefused):
        act.handle({"do": "put_back", "name": "a", "sha256": "0" * 64})
    act.handle({"do": "put_back", "name": "a", "sha256": kept})
    assert file.read_text() == "bad"
    assert act.keep_all() == 0


def test_r39_a_restore_is_taken_back_once_and_nothing_else_is(policy: Write, tmp_path: Path) -> None:
    """With the gate's uid, what once lay there could else be put back at any time, whoever has written it since."""
    file = tmp_path / "a.conf"
    file.write_text("good")
    policy(f'[[files]]\nname="a"\npath="{file}"\nunit="a.service"\ntest=["/usr/bin/grep","-q","good","{file}"]\n')
    kept = act.handle({"do": "keep", "name": "a"})["sha256"]
    file.write_text("bad")
    act.handle({"do": "restore", "name": "a", "sha256": kept})
    act.handle({"do": "put_back", "name": "a", "sha256": kept})
    file.write_text("good and mended")
    for digest in (kept, act.handle({"do": "file", "name": "a"})["sha256"]):
        with pytest.raises(RequestRefused):
            act.handle({"do": "put_back", "name": "a", "sha256": digest})
    assert file.read_text() == "good and mended"


@pytest.mark.parametrize("unit", ["evil.timer", "nginx.service", "", "../x.timer"])
def test_only_declared_timers_are_enabled(policy: Write, unit: str) -> None:
    policy('[[timers]]\nunit = "logrotate.timer"\n[[timers]]\nunit = "nginx.service"\n')
    with pytest.raises(RequestRefused):
        act.handle({"do": "enable_timer", "unit": unit})


@pytest.mark.parametrize(
    ("do", "words"),
    [
        ("enable_timer", ["enable", "--now", "--"]),
        ("disable_timer", ["disable", "--now", "--"]),
        ("stop_timer", ["stop", "--"]),
    ],
)
def test_what_a_declared_timer_is_told(
    policy: Write, monkeypatch: pytest.MonkeyPatch, do: str, words: list[str]
) -> None:
    policy('[[timers]]\nunit = "logrotate.timer"\n')
    monkeypatch.setattr(act, "check_unprotected", lambda unit: None)
    monkeypatch.setattr(enabling, "enabled_along", lambda unit: {})
    monkeypatch.setattr(act, "check_effect", lambda verb, unit: None)
    monkeypatch.setattr(enabling, "state", lambda unit: ("disabled", "inactive"))
    asked: list[list[str]] = []

    def ended(argv: list[str], **_: object) -> SimpleNamespace:
        asked.append(argv)
        return SimpleNamespace(code=0)

    monkeypatch.setattr(act, "run", ended)
    act.handle({"do": "enable_timer", "unit": "logrotate.timer"})
    if do != "enable_timer":
        act.handle({"do": do, "unit": "logrotate.timer"})
    assert asked[-1][3:] == [*words, "logrotate.timer"]


@pytest.mark.parametrize(
    ("after", "raises"), [(("disabled", "inactive"), RequestRefused), (("enabled", "inactive"), HalfDone)]
)
def test_r29_half_of_a_verb_is_never_called_a_refusal(
    policy: Write, monkeypatch: pytest.MonkeyPatch, after: tuple[str, str], raises: type[Exception]
) -> None:
    policy('[[timers]]\nunit = "logrotate.timer"\n')
    states = iter([("disabled", "inactive"), after])
    monkeypatch.setattr(enabling, "enabled_along", lambda unit: {})
    monkeypatch.setattr(act, "check_effect", lambda verb, unit: None)
    monkeypatch.setattr(enabling, "state", lambda unit: next(states))
    monkeypatch.setattr(act, "run", lambda argv, **_: SimpleNamespace(code=1))
    assert act.handle({"do": "enables", "unit": "logrotate.timer"}) == {"along": {}}
    with pytest.raises(raises, match="ended with 1"):
        act.handle({"do": "enable_timer", "unit": "logrotate.timer"})


@pytest.mark.parametrize("verb", ["own", "own_back"])
def test_r29_an_owner_that_could_not_be_set_everywhere_is_told(
    policy: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, verb: str
) -> None:
    data = tmp_path / "data"
    data.mkdir()
    policy(f'[[ownership]]\nname="data"\npath="{data}"\nowner="nobody"\ngroup="daemon"\nmode="0750"\nbelow=true\n')
    (data / "orders").write_text("x")
    if verb == "own_back":
        act.handle({"do": "own", "name": "data"})

    def broken(path: str, to: dict[str, int]) -> None:
        raise OSError(30, "Read-only file system")

    monkeypatch.setattr(act, "_change", broken)
    with pytest.raises(HalfDone, match="Read-only"):
        act.handle({"do": verb, "name": "data"})


def test_r29_without_room_for_what_it_was_no_owner_is_changed(
    policy: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = tmp_path / "data"
    data.mkdir()
    policy(f'[[ownership]]\nname="data"\npath="{data}"\nowner="nobody"\ngroup="daemon"\nmode="0750"\n')

    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(RequestRefused, match="noted: No space left"):
        act.handle({"do": "own", "name": "data"})
    assert data.stat().st_uid == os.getuid()


def test_r39_root_is_given_no_file_that_its_owner_has_had_in_his_hands(policy: Write, tmp_path: Path) -> None:
    data = tmp_path / "data"
    data.mkdir()
    for name in ("orders", "others"):
        (data / name).write_text("root's")
    policy(f'[[ownership]]\nname="data"\npath="{data}"\nowner="nobody"\ngroup="daemon"\nmode="0750"\nbelow=true\n')
    act.handle({"do": "own", "name": "data"})
    (data / "orders").write_text("his")
    act.handle({"do": "own_back", "name": "data"})
    assert ((data / "orders").stat().st_uid, (data / "others").stat().st_uid) == (65534, 0)


def test_r39_nor_a_file_that_was_named_itself(policy: Write, tmp_path: Path) -> None:
    script = tmp_path / "script"
    script.write_text("root's")
    script.chmod(0o755)
    policy(f'[[ownership]]\nname="data"\npath="{script}"\nowner="nobody"\ngroup="daemon"\nmode="0750"\n')
    act.handle({"do": "own", "name": "data"})
    script.write_text("his")
    with pytest.raises(RequestRefused):
        act.handle({"do": "own_back", "name": "data"})
    assert script.stat().st_uid == 65534


@pytest.mark.parametrize("verb", sorted(act.SCHEMAS))
def test_r2_every_request_is_closed(policy: Write, verb: str) -> None:
    policy("")
    fields = {name: kind() for name, kind in act.SCHEMAS[verb].items()}
    for request in ({"do": verb, **fields, "path": "/etc/passwd"}, {"do": verb, **fields, "content": "x"}):
        with pytest.raises(RequestRefused, match="takes exactly"):
            act.handle(request)
    with pytest.raises(RequestRefused):
        act.handle({"do": verb, **fields})


def test_own_below_gives_back_what_root_came_to_own_and_undoes_exactly_that(policy: Write, tmp_path: Path) -> None:
    data = tmp_path / "data"
    (data / "deep").mkdir(parents=True)
    (data / "deep/orders").write_text("x")
    (data / "another").write_text("x")
    os.chown(data / "another", 12345, 12345)
    policy(f'[[ownership]]\nname="data"\npath="{data}"\nowner="nobody"\ngroup="daemon"\nmode="0750"\nbelow=true\n')
    assert act.handle({"do": "own", "name": "data"})["below"] == 2
    assert {(data / name).stat().st_uid for name in ("", "deep", "deep/orders")} == {65534}
    assert (data / "another").stat().st_uid == 12345
    os.chown(data / "deep/orders", 0, 0)
    assert act.handle({"do": "own", "name": "data"})["below"] == 1, "the path alone is right, what is below is not"
    act.handle({"do": "own_back", "name": "data"})
    assert ((data / "deep/orders").stat().st_uid, (data / "deep").stat().st_uid) == (0, 65534)
