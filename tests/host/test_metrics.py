from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

from stillwatch.host.metrics import read_metrics


async def test_this_host_is_read() -> None:
    seen = await read_metrics("h", 5.0)
    by_name = {(event.fields["metric"], event.subject): event.value for event in seen.events}
    assert 0 < (by_name["memory-available", ""] or 0) < 1
    assert 0 < (by_name["disk-used", "/"] or 0) <= 1
    assert all(event.host == "h" and event.at == 5.0 and event.value is not None for event in seen.events)


async def test_what_cannot_be_read_is_a_problem_and_not_a_crash(tmp_path: Path) -> None:
    (tmp_path / "meminfo").write_text("MemTotal: 100 kB\nMemAvailable: 25 kB\nSwapTotal: 0 kB\n")
    (tmp_path / "loadavg").write_bytes(b"\xff\xfe")
    (tmp_path / "pressure").mkdir()
    (tmp_path / "pressure/cpu").write_text("no averages here\n")
    seen = await read_metrics("h", 1.0, proc=tmp_path, sensors=dict)
    assert [(event.fields["metric"], event.value) for event in seen.events] == [("memory-available", 0.25)]
    problems = " ".join(seen.problems)
    assert [word for word in ("load", "pressure", "handles", "mounts") if word not in problems] == []


async def test_a_mount_that_is_gone_is_a_problem(tmp_path: Path) -> None:
    (tmp_path / "self").mkdir()
    (tmp_path / "self/mountinfo").write_text("1 0 8:1 / /no/such/place rw shared:1 - ext4 /dev/sda1 rw\n")
    seen = await read_metrics("h", 1.0, proc=tmp_path)
    assert any("/no/such/place" in problem for problem in seen.problems)


async def test_a_kernel_without_pressure_is_no_problem(tmp_path: Path) -> None:
    for name, text in (
        ("meminfo", "MemTotal: 100 kB\nMemAvailable: 25 kB\n"),
        ("cpuinfo", "processor : 0\n"),
        ("loadavg", "0.10 0.20 0.30 1/100 4242\n"),
    ):
        (tmp_path / name).write_text(text)
    for name, text in (("sys/fs/file-nr", "10 0 1000\n"), ("self/mountinfo", "")):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    seen = await read_metrics("h", 1.0, proc=tmp_path)
    assert seen.problems == ()
    assert {event.fields["metric"] for event in seen.events} == {"memory-available", "load", "files-open"}


async def test_temperatures_are_told_as_a_share_of_what_is_critical(tmp_path: Path) -> None:
    def sensor(current: float, critical: float | None, label: str = "") -> SimpleNamespace:
        return SimpleNamespace(label=label, current=current, high=None, critical=critical)

    found = {
        "coretemp": [sensor(50.0, 100.0, "Core 0"), sensor(105.0, 100.0, "Core 1"), sensor(50.0, None)],
        "odd": [sensor(50.0, 65_261.9), sensor(-273.0, 100.0), sensor(5000.0, 100.0)],
    }
    seen = await read_metrics("h", 1.0, proc=tmp_path, sensors=lambda: found)
    told = {event.subject: event.value for event in seen.events if event.fields["metric"] == "temperature"}
    assert told == {"coretemp Core 0": 0.5, "coretemp Core 1": 1.0}
