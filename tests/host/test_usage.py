from __future__ import annotations

from pathlib import Path

import pytest

from stillwatch.errors import NotReachable
from stillwatch.helpers.process_table import Holder
from stillwatch.host import processes
from stillwatch.host.processes import TICKS
from stillwatch.host.usage import read_usage, usage

UP = 1000


def process(
    proc: Path, pid: int, *, state: str = "S", parent: int = 1, cpu: float = 0, age: float = 900, waited: float = 0
) -> None:
    """In web.service, whose control group file its pid has."""
    folder = proc / str(pid)
    folder.mkdir(parents=True, exist_ok=True)
    ticks = int(cpu * TICKS)
    fields = [state, str(parent), *["0"] * 9, str(ticks), "0", "0", "0", *["0"] * 4, str(int((UP - age) * TICKS))]
    (folder / "status").write_text("Uid:\t33\t33\t33\t33\n")
    (folder / "stat").write_text(f"{pid} (a (b) c) {' '.join(fields)} 0 0\n")
    (folder / "schedstat").write_text(f"1 {int(waited * 1e9)} 3\n")
    (folder / "cgroup").write_text("0::/system.slice/web.service\n")
    (proc / "uptime").write_text(f"{UP}.0 1.0\n")


def nothing() -> tuple[list[Holder], int]:
    return [], 0


def test_what_a_service_uses_is_added_up_and_its_dead_children_are_counted(tmp_path: Path) -> None:
    process(tmp_path, 1)
    process(tmp_path, 10, cpu=4, age=20, waited=1)
    process(tmp_path, 11, cpu=2, age=10)
    for pid in (20, 21, 22):
        process(tmp_path, pid, state="Z", parent=10)
    use = usage(tmp_path)["web.service"]
    assert (use.cpu, use.waited, use.zombies) == (6.0, 1.0, 3)


async def test_processes_that_cannot_be_seen_are_not_taken_for_idle(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(processes, "peek", lambda request: {})
    with pytest.raises(NotReachable):
        await read_usage("h", 1.0, tmp_path)


async def test_only_many_zombies_and_a_lasting_load_are_told(tmp_path: Path) -> None:
    process(tmp_path, 1)
    process(tmp_path, 10, cpu=4, age=900)
    assert await read_usage("h", 1.0, tmp_path, 0.0, tmp_path, nothing) == []
    for pid in range(20, 45):
        process(tmp_path, pid, state="Z", parent=10)
    process(tmp_path, 10, cpu=800, age=900)
    told = {
        event.fields["metric"]: event.value for event in await read_usage("h", 1.0, tmp_path, 0.0, tmp_path, nothing)
    }
    assert told == {"unit-zombies": 25.0, "unit-busy": 0.0}


@pytest.mark.parametrize("base", ["", "pids/"])
async def test_a_service_that_has_nearly_all_tasks_that_it_may_have_is_told(tmp_path: Path, base: str) -> None:
    process(tmp_path, 1)
    groups = tmp_path / "groups"
    for name, count, most in (("web", "90", "100"), ("db", "9", "100"), ("mail", "90", "max"), ("a/b", "8", "10")):
        folder = groups / f"{base}system.slice/{name}.service"
        folder.mkdir(parents=True)
        (folder / "pids.current").write_text(f"{count}\n")
        (folder / "pids.max").write_text(f"{most}\n")
    (groups / f"{base}system.slice/gone.service").mkdir()
    told = {event.subject: event.value for event in await read_usage("h", 1.0, tmp_path, 0.0, groups, nothing)}
    assert told == {"web.service": 0.9, "b.service": 0.8}


@pytest.mark.parametrize(
    ("base", "current", "limit", "inactive"),
    [
        ("", "memory.current", "memory.max", "inactive_file"),
        ("memory/", "memory.usage_in_bytes", "memory.limit_in_bytes", "total_inactive_file"),
    ],
)
async def test_memory_is_told_against_its_limit_without_what_the_kernel_takes_back(
    tmp_path: Path, base: str, current: str, limit: str, inactive: str
) -> None:
    process(tmp_path, 1)
    groups = tmp_path / "groups"
    for name, used, most, cached in (("web", 960, 1000, 0), ("db", 960, 1000, 500), ("mail", 960, "max", 0)):
        folder = groups / f"{base}system.slice/{name}.service"
        folder.mkdir(parents=True)
        (folder / current).write_text(f"{used}\n")
        (folder / limit).write_text(f"{most}\n")
        (folder / "memory.stat").write_text(
            f"anon 1\n{inactive} {cached // 2}\n{inactive[:-13]}active_file {cached // 2}\nslab 7\n"
        )
    told = [
        (event.subject, event.fields["metric"], event.value)
        for event in await read_usage("h", 1.0, tmp_path, 0.0, groups, nothing)
    ]
    assert told == [("web.service", "unit-memory", 0.96)]


async def test_of_a_services_processes_the_one_that_is_nearest_to_its_files(tmp_path: Path) -> None:
    process(tmp_path, 1)
    rows = [
        Holder(pid=7, name="web", open=950, most=1024, unit="web.service"),
        Holder(pid=8, name="web", open=960, most=524_288, unit="web.service"),
        Holder(pid=9, name="db", open=9000, most=524_288, unit="db.service"),
        Holder(pid=10, name="x", open=1000, most=1024, unit="session-1.scope"),
        Holder(pid=11, name="old", open=1000, most=0, unit="old.service"),
    ]
    (event,) = await read_usage("h", 1.0, tmp_path, 0.0, tmp_path, lambda: (rows, 0))
    assert (event.subject, event.fields["metric"], round(event.value or 0, 2)) == ("web.service", "unit-files", 0.93)
    assert "pid 7" in event.text
