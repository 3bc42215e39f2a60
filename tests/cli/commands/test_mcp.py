from __future__ import annotations

import json
import socketserver
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from mcp import Client
from mcp.client.stdio import StdioServerParameters, stdio_client

from stillwatch.chat.conversation import Desk
from stillwatch.cli.main import run
from stillwatch.serve.local.daemon_desk import DaemonDesk
from stillwatch.serve.mcp import over_stdio as mcp_stdio
from stillwatch.service.through_daemon import ThroughDaemon


@pytest.mark.parametrize("flags", [[], ["--read-only"]])
def test_the_flag_decides_whether_it_may_propose(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, flags: list[str]
) -> None:
    served = list[bool]()

    async def serve(desk: Any, *, may_propose: bool) -> None:
        served.append(may_propose)

    monkeypatch.setattr(mcp_stdio, "serve_stdio", serve)
    assert run(["mcp", *flags, "--state-dir", str(tmp_path), "--runtime-dir", str(tmp_path)]) == 0
    assert served == [not flags]


@pytest.fixture
def daemon(tmp_path: Path) -> Iterator[list[bytes]]:
    """A socket where a daemon would be: it says what is in the list, once for each caller, and nothing after that."""
    lines: list[bytes] = []

    class Says(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            self.rfile.readline()
            if lines:
                self.wfile.write(lines.pop(0) + b"\n")

    with socketserver.UnixStreamServer(str(tmp_path / "service.sock"), Says) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield lines
        server.shutdown()


def desk_of(folder: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[int, list[Desk]]:
    """What `stillwatch mcp` ends with, and the desk that it serves from."""
    served: list[Desk] = []

    async def serve(desk: Desk, *, may_propose: bool) -> None:
        served.append(desk)

    monkeypatch.setattr(mcp_stdio, "serve_stdio", serve)
    return run(["mcp", "--state-dir", str(folder), "--runtime-dir", str(folder)]), served


def test_a_running_daemon_is_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, daemon: list[bytes]) -> None:
    daemon += [b'{"result": []}', b'{"result": ["load"]}']
    code, (desk,) = desk_of(tmp_path, monkeypatch)
    assert code == 0 and desk.metrics is not None and list(desk.metrics()) == ["load"]
    assert isinstance(desk.looks, DaemonDesk) and isinstance(desk.service, ThroughDaemon)


def test_a_daemon_that_does_not_speak_with_us_is_no_empty_host(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, daemon: list[bytes], capsys: pytest.CaptureFixture[str]
) -> None:
    told = {"message": "the daemon does not speak with you", "next_step": "become a member", "exit_code": 2}
    daemon.append(json.dumps({"error": told}).encode())
    assert desk_of(tmp_path, monkeypatch) == (2, [])
    assert "the daemon does not speak with you" in capsys.readouterr().err


def test_a_daemon_that_is_gone_is_done_without(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, daemon: list[bytes]
) -> None:
    code, (desk,) = desk_of(tmp_path, monkeypatch)
    assert code == 0 and not isinstance(desk.service, ThroughDaemon)


@pytest.mark.process
async def test_a_client_starts_it_and_looks_at_this_host(tmp_path: Path) -> None:
    where = ["--state-dir", str(tmp_path / "s"), "--runtime-dir", str(tmp_path / "r")]
    server = StdioServerParameters(command=sys.executable, args=["-m", "stillwatch", "mcp", *where])
    async with Client(stdio_client(server)) as client:
        names = {tool.name for tool in (await client.list_tools()).tools}
        assert {"memory", "unit_status", "journal_search", "propose"} <= names
        assert "memory available" in (await client.call_tool("memory", {})).content[0].text
        refused = await client.call_tool("propose", {"action": "restart_unit", "target": "nginx.service"})
        assert refused.is_error and "gate" in refused.content[0].text
        assert (await client.read_resource("stillwatch://metrics")).contents[0].text == "[]"
        assert '"status": "unknown"' in (await client.read_resource("stillwatch://status")).contents[0].text
