from __future__ import annotations

import os
import socket

import psutil
import pytest

from stillwatch.helpers.listening import listening


@pytest.mark.parametrize(
    ("family", "kind", "address"),
    [
        (socket.AF_INET, socket.SOCK_STREAM, "127.0.0.1"),
        (socket.AF_INET, socket.SOCK_DGRAM, "127.0.0.1"),
        (socket.AF_INET6, socket.SOCK_STREAM, "::1"),
        (socket.AF_INET6, socket.SOCK_DGRAM, "::"),
    ],
)
def test_a_socket_with_its_holder(family: socket.AddressFamily, kind: socket.SocketKind, address: str) -> None:
    with socket.socket(family, kind) as server:
        server.bind((address, 0))
        if kind == socket.SOCK_STREAM:
            server.listen()
        port = server.getsockname()[1]
        rows = [row for row in listening(port) if row["address"] == address]
    protocol = "tcp" if kind == socket.SOCK_STREAM else "udp"
    assert rows == [{"protocol": protocol, "port": port, "address": address, "waiting": 0, "pid": os.getpid()}]
    assert [row for row in listening(port) if row["address"] == address] == []


def test_who_waits_is_counted_and_who_is_connected_is_no_listener() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        with socket.create_connection(("127.0.0.1", port)) as client:
            assert [row["waiting"] for row in listening(port)] == [1]
            assert listening(client.getsockname()[1]) == []


def test_all_are_those_that_psutil_sees() -> None:
    mine = {(row["protocol"], row["address"], row["port"]) for row in listening() if row["pid"] == os.getpid()}
    yours = {
        ("tcp" if one.type == socket.SOCK_STREAM else "udp", one.laddr.ip, one.laddr.port)
        for one in psutil.net_connections("inet")
        if one.pid == os.getpid() and one.laddr and (one.status == psutil.CONN_LISTEN or one.type == socket.SOCK_DGRAM)
    }
    assert mine == yours
