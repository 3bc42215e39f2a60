from __future__ import annotations

import asyncio
import contextlib
import os
import socket
import threading

import pytest

from stillwatch.host import unixsockets
from stillwatch.host.unixsockets import (
    TooLong,
    exchange,
    handed_over,
    listening,
    peer_groups,
    peer_uid,
    read_all,
    tell_systemd,
    watchdog_seconds,
)


def test_r20_the_kernel_says_who_speaks():
    here, there = socket.socketpair(socket.AF_UNIX)
    with here, there:
        assert peer_uid(here) == os.getuid()
        assert peer_groups(here) >= {os.getgid()}


def test_nobody_asked_to_be_notified(monkeypatch):
    monkeypatch.delenv("NOTIFY_SOCKET", raising=False)
    tell_systemd("READY=1")
    monkeypatch.setenv("NOTIFY_SOCKET", "@stillwatch-nobody")
    tell_systemd("READY=1")


def test_systemd_hears_how_things_stand(monkeypatch, tmp_path):
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listener:
        listener.bind(str(tmp_path / "notify"))
        monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "notify"))
        tell_systemd("WATCHDOG=1")
        assert listener.recv(100) == b"WATCHDOG=1"


@pytest.mark.parametrize(
    ("usec", "pid", "seconds"),
    [("60000000", None, 60.0), ("60000000", "ours", 60.0), ("60000000", "1", 0.0), ("", None, 0.0)],
)
def test_how_often_the_watchdog_wants_to_hear(monkeypatch, usec, pid, seconds):
    monkeypatch.setenv("WATCHDOG_USEC", usec)
    monkeypatch.delenv("WATCHDOG_PID", raising=False)
    if pid:
        monkeypatch.setenv("WATCHDOG_PID", str(os.getpid()) if pid == "ours" else pid)
    assert watchdog_seconds() == seconds


def test_systemds_sockets_are_numbered_from_three(monkeypatch):
    monkeypatch.setenv("LISTEN_PID", str(os.getpid()))
    monkeypatch.setenv("LISTEN_FDNAMES", "admin:propose")
    monkeypatch.setattr("systemd.daemon._listen_fds_with_names", lambda _: [2, "admin", "propose"])
    monkeypatch.setattr(unixsockets.socket, "socket", lambda fileno: fileno)
    assert handed_over(("propose", "admin")) == {"admin": 3, "propose": 4}


def test_what_was_handed_to_another_process_is_not_ours(monkeypatch):
    monkeypatch.setenv("LISTEN_PID", "1")
    assert handed_over(("propose", "admin")) is None


def answer_once(listener, answer):
    """What the server heard, once it has answered."""
    heard = []

    def serve():
        link, _ = listener.accept()
        with link:
            while piece := link.recv(65_536):
                heard.append(piece)
            with contextlib.suppress(OSError):
                link.sendall(answer)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    return heard, thread


def test_one_message_goes_there_and_its_answer_comes_back(tmp_path):
    path = tmp_path / "sock"
    for _ in range(2):
        with listening(path, 0o600) as listener:
            assert path.stat().st_mode & 0o777 == 0o600
            heard, thread = answer_once(listener, b"yes")
            assert exchange(path, b"well?", owners={os.getuid()}, seconds=5.0, most=3) == b"yes"
            thread.join(60)
            assert heard == [b"well?"]


def test_an_answer_without_end_is_cut_off(tmp_path):
    with listening(tmp_path / "sock", 0o600) as listener:
        answer_once(listener, b"yess")
        with pytest.raises(ValueError, match="too long"):
            exchange(tmp_path / "sock", b"", owners={os.getuid()}, seconds=5.0, most=3)


def test_another_user_who_listens_is_told_nothing(tmp_path):
    with listening(tmp_path / "sock", 0o600) as listener:
        heard, thread = answer_once(listener, b"yes")
        with pytest.raises(PermissionError, match="listens there"):
            exchange(tmp_path / "sock", b"secret", owners={4242}, seconds=5.0, most=3)
        thread.join(60)
        assert heard == []


async def test_all_is_read_up_to_the_end_and_not_beyond_the_limit():
    for most, whole in ((4, True), (3, False)):
        reader = asyncio.StreamReader()
        reader.feed_data(b"four")
        reader.feed_eof()
        if whole:
            assert await read_all(reader, most) == b"four"
        else:
            with pytest.raises(TooLong, match="more than 3"):
                await read_all(reader, most)
