from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest
from mcp import Client
from mcp.client.stdio import StdioServerParameters, stdio_client

from stillwatch.cli.main import run
from stillwatch.serve import mcp_stdio


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
