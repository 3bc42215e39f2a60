from __future__ import annotations

import os
import socket

from .played_host import look, rows


async def test_the_holder_of_a_port() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        seen = await look("listening_sockets", port=port)
    (row,) = rows(seen, "sockets")
    assert (row["port"], row["pid"], row["address"]) == (port, os.getpid(), "127.0.0.1")
    assert row["user"]


async def test_a_port_that_nobody_holds() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    assert (await look("listening_sockets", port=port)).text == "nothing listens"
