from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from mcp import Client
from mcp.client.stdio import StdioServerParameters, stdio_client

from tests.test_structure import REPOSITORY

pytestmark = pytest.mark.process


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


GARBAGE = (b"\xff\xfe", b"{", b"[]", b"null", b'{"jsonrpc": "2.0", "id": null, "method": "ping"}', b"[" * 100_000)


def test_garbage_on_stdin_ends_nothing_and_stdout_speaks_json_alone(tmp_path: Path) -> None:
    ping = b'{"jsonrpc": "2.0", "id": 7, "method": "ping"}'
    entry = [sys.executable, "-m", "tests.serve.mcp_entry", str(tmp_path)]
    with subprocess.Popen(entry, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=REPOSITORY) as process:
        assert process.stdin is not None and process.stdout is not None
        process.stdin.write(b"\n".join((*GARBAGE, ping, b"")))
        process.stdin.flush()
        lines = iter(process.stdout.readline, b"")
        said = next(one for line in lines if (one := json.loads(line)).get("id") == 7)
        process.stdin.close()
    assert said == {"jsonrpc": "2.0", "id": 7, "result": {}} and process.returncode == 0
