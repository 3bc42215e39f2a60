from __future__ import annotations

import json
import math
from dataclasses import replace
from pathlib import Path
from typing import Any

import mcp_types as types
import pytest
from mcp import Client

from stillwatch.errors import NotReachable
from stillwatch.serve.mcp.server import McpFace
from tests.serve.mcp_entry import desk
from tests.serve.scene import ScriptedGate

METRIC = "disk./var/lib.used_percent"
ESCAPED = "stillwatch://metrics/disk.%2Fvar%2Flib.used_percent"


def samples(metric: str, since: float, until: float) -> list[tuple[float, float]]:
    assert metric == METRIC and until > since
    return [(1_000_000.0, 81.5), (1_000_060.0, math.nan)]


def connected(folder: Path) -> Any:
    silent = ScriptedGate(list=NotReachable("the gate does not answer"))
    known = replace(desk(folder), metrics=lambda: ["load", METRIC], samples=samples, gate=silent)
    return Client(McpFace(desk=known, may_propose=lambda: True).server())


async def read(client: Any, uri: str) -> Any:
    return json.loads((await client.read_resource(uri)).contents[0].text)


async def test_each_resource_and_template_says_what_it_is(tmp_path: Path) -> None:
    async with connected(tmp_path) as client:
        resources = (await client.list_resources()).resources
        assert [one.uri for one in resources] == [f"stillwatch://{one.name}" for one in resources] and len(
            resources
        ) == 5
        templates = (await client.list_resource_templates()).resource_templates
        paths = ["incidents/{id}", "evidence/{incident}", "metrics/{name}"]
        assert [one.uri_template for one in templates] == [f"stillwatch://{path}" for path in paths]
        assert all(one.title and one.mime_type == "application/json" for one in [*resources, *templates])


async def test_an_incident_and_its_evidence(tmp_path: Path) -> None:
    async with connected(tmp_path) as client:
        whole = await read(client, "stillwatch://incidents/I1")
        assert whole["evidence"] == await read(client, "stillwatch://evidence/I1")
        assert await read(client, "stillwatch://evidence") == {"I1": whole["evidence"]}
        assert [one["id"] for one in whole["evidence"]] == ["E1", "E2"]


async def test_readings_of_a_metric_whose_name_needs_escaping(tmp_path: Path) -> None:
    async with connected(tmp_path) as client:
        assert await read(client, "stillwatch://metrics") == ["load", METRIC]
        rows = await read(client, ESCAPED)
        assert rows == [
            {"at": "1970-01-12T13:46:40.000Z", "value": 81.5},
            {"at": "1970-01-12T13:47:40.000Z", "value": None},
        ]


@pytest.mark.parametrize(
    "uri",
    [
        "stillwatch://nothing",
        "stillwatch://status/I1",
        "stillwatch://changes/A-1",
        "stillwatch://incidents/I99",
        "stillwatch://evidence/I99",
        "stillwatch://metrics/temperature",
        "stillwatch:/status",
        "file:///etc/passwd",
        "stillwatch://evidence/..%2f..%2fetc%2fpasswd",
    ],
)
async def test_what_is_not_there_is_said_with_its_address(tmp_path: Path, uri: str) -> None:
    async with connected(tmp_path) as client:
        with pytest.raises(Exception, match=r"no (such|incident)") as refused:
            await client.read_resource(uri)
        error: Any = refused.value
        assert error.error.code == types.INVALID_PARAMS and error.error.data == {"uri": uri}


async def test_a_gate_that_is_silent_is_not_a_host_without_changes(tmp_path: Path) -> None:
    async with connected(tmp_path) as client:
        with pytest.raises(Exception, match="the gate does not answer") as refused:
            await client.read_resource("stillwatch://changes")
        error: Any = refused.value
        assert error.error.code == types.INTERNAL_ERROR


async def test_what_stands_in_braces_is_completed(tmp_path: Path) -> None:
    async with connected(tmp_path) as client:

        async def fitting(path: str, argument: str, value: str) -> list[str]:
            reference = types.ResourceTemplateReference(uri=f"stillwatch://{path}")
            found = (await client.complete(reference, {"name": argument, "value": value})).completion
            assert found.total == len(found.values) and not found.has_more
            values: list[str] = found.values
            return values

        assert (
            await fitting("incidents/{id}", "id", "I") == await fitting("evidence/{incident}", "incident", "") == ["I1"]
        )
        assert await fitting("metrics/{name}", "name", "disk./v") == [ESCAPED.rsplit("/", 1)[-1]]
        assert await fitting("incidents/{id}", "id", "A") == []
        for path, argument in (("incidents/{id}", "name"), ("status", "id"), ("incidents/I1", "id")):
            with pytest.raises(Exception, match="template"):
                await fitting(path, argument, "")
        with pytest.raises(Exception, match="template"):
            await client.complete(types.PromptReference(name="x"), {"name": "id", "value": ""})


async def test_lists_come_whole(tmp_path: Path) -> None:
    async with connected(tmp_path) as client:
        for ask in (client.list_tools, client.list_resources, client.list_resource_templates):
            assert (await ask()).next_cursor is None
            with pytest.raises(Exception, match="comes whole"):
                await ask(cursor="2")
