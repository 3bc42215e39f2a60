from __future__ import annotations

import sys
from pathlib import Path

import pytest
from mcp import Client
from mcp.client.stdio import StdioServerParameters, stdio_client

from tests.test_structure import REPOSITORY


@pytest.mark.parametrize("read_only", [False, True])
async def test_the_official_client_looks_and_proposes(tmp_path: Path, read_only: bool) -> None:
    entry = ["-m", "tests.serve.mcp_entry", str(tmp_path), *(["--read-only"] if read_only else [])]
    server = StdioServerParameters(command=sys.executable, args=entry, cwd=REPOSITORY)
    async with Client(stdio_client(server)) as client:
        names = [tool.name for tool in (await client.list_tools()).tools]
        assert names == ["unit_status"] + ([] if read_only else ["propose"])
        assert (await client.call_tool("unit_status", {"unit": "web.service"})).content[0].text == "failed"
        status = await client.read_resource("stillwatch://status")
        assert '"status": "attention"' in status.contents[0].text
