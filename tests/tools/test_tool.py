from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from stillwatch.host.systemd import Systemd
from stillwatch.think.context import for_diagnosis
from stillwatch.tools.tool import HostLooks, HostReader


class Still:
    def now(self) -> float:
        return 2_000_000_000.0

    def boot(self) -> float:
        return 100.0


@pytest.fixture
def looks(tmp_path: Path) -> HostLooks:
    return HostLooks(reader=HostReader(host="h", clock=Still(), systemd=Systemd(f"unix:path={tmp_path}/none")))


def test_every_tool_is_described_and_closed(looks: HostLooks) -> None:
    assert len(looks.catalogue()) >= 35
    for entry in looks.catalogue().values():
        assert entry["description"]
        assert entry["arguments"]["additionalProperties"] is False


def test_a_model_that_diagnoses_is_offered_few_of_them(looks: HostLooks) -> None:
    offered = for_diagnosis(looks.catalogue())
    assert "unit_status" in offered and "users" not in offered and len(offered) < 20


def test_a_tool_is_described_once(looks: HostLooks) -> None:
    again = looks.catalogue()
    assert all(entry is again[name] for name, entry in looks.catalogue().items())


@pytest.mark.parametrize(
    ("tool", "arguments"),
    [
        ("shell", {}),
        ("memory", {"x": 1}),
        ("listening_sockets", {"port": 70000}),
        ("listening_sockets", {"port": "80"}),
        ("file_metadata", {}),
        ("file_metadata", {"path": "etc/passwd"}),
        ("file_metadata", {"path": "/etc\0"}),
        ("disk_use", {"path": "/etc/../root"}),
        ("unit_status", {"unit": "a;b"}),
        ("unit_status", {"unit": "nginx"}),
        ("journal_search", {}),
    ],
)
async def test_what_cannot_be_seen_is_a_problem(looks: HostLooks, tool: str, arguments: dict[str, object]) -> None:
    seen = await looks.look(tool, arguments)
    assert seen.problem
    assert seen.text == ""


@pytest.mark.parametrize("tool", ["shell", "memory"])
async def test_r41_of_arguments_without_an_end_few_are_told(looks: HostLooks, tool: str) -> None:
    many = {f"n{number}" * 100: "v" * 9_000 for number in range(500)}
    seen = await looks.look(tool, {"deep": [[{"a": ["b"] * 9_000}]], "yes": True, **many})
    assert (seen.arguments["deep"], seen.arguments["yes"]) == ("…", True)
    assert len(seen.arguments) <= 16 and len(repr(seen.arguments)) < 20_000


@pytest.mark.parametrize("tool", ["memory", "listening_sockets", "process_list", "recent_changes", "disk_use"])
async def test_the_host_can_be_looked_at(looks: HostLooks, tool: str) -> None:
    seen = await looks.look(tool, {})
    assert seen.problem == ""
    assert seen.text
    assert len(seen.text) <= 4000


async def test_disk_use_finds_rotated_logs(looks: HostLooks, tmp_path: Path) -> None:
    (tmp_path / "a.log.1").write_bytes(b"x" * 100_000)
    (tmp_path / "customers.db").write_bytes(b"x" * 50_000)
    rotated = (await looks.look("disk_use", {"path": str(tmp_path)})).data["rotated_logs"]
    assert [(row["path"], row["count"]) for row in rotated] == [(str(tmp_path), 1)]  # type: ignore[attr-defined]


async def test_metadata_never_shows_content(looks: HostLooks, tmp_path: Path) -> None:
    (tmp_path / "f").write_text("SECRET")
    seen = await looks.look("file_metadata", {"path": f"{tmp_path}/f"})
    assert seen.data["size"] == 6
    assert "SECRET" not in repr(seen)


@pytest.mark.container
async def test_a_failed_unit_is_explained(machine) -> None:  # type: ignore[no-untyped-def]
    machine.unit("shop.service", "[Service]\nExecStart=/nowhere/shop\nEnvironment=PASSWORD=hunter2hunter2\n")
    machine.run(["systemctl", "start", "shop.service"], check=False)
    machine.wait_failed("shop.service")
    async with Systemd(machine.bus_address) as pid1:
        looks = HostLooks(reader=HostReader(host="h", clock=Still(), systemd=pid1))
        status = await looks.look("unit_status", {"unit": "shop"})
        assert status.problem == ""
        assert "203/EXEC" in status.text
        assert status.data["executable_exists"] is False
        assert "hunter2" not in repr(status)
        assert "sysinit.target" in (await looks.look("unit_dependencies", {"unit": "shop"})).text
        assert "apt-daily.timer" in (await looks.look("timers", {})).text


async def test_a_host_without_a_graphics_card_and_without_probes_says_so(tmp_path: Path) -> None:
    reader = HostReader(host="h", clock=Still(), systemd=Systemd(f"unix:path={tmp_path}/none"), root=tmp_path)
    looks = HostLooks(reader=reader)
    assert (await looks.look("graphics", {})).data == {"cards": [], "holders": [], "problem": ""}
    assert (await looks.look("probes", {})).data == {"probes": []}
    (tmp_path / "sys/class/drm/card0").mkdir(parents=True)
    seen = await looks.look("graphics", {})
    assert seen.text and len(seen.data["cards"]) == 1


async def test_changed_lines_are_told_where_the_daemon_has_seen_them(tmp_path: Path) -> None:
    row = {"path": "/etc/a", "at": 5.0, "kind": "changed", "difference": "-x\n+y", "added": 1, "removed": 1}
    reader = HostReader(host="h", clock=Still(), systemd=Systemd(f"unix:path={tmp_path}/none"))
    assert (await HostLooks(reader=reader).look("settings_changes", {})).problem
    looks = HostLooks(reader=replace(reader, settings_changes=lambda since, path: [row]))
    seen = await looks.look("settings_changes", {"path": "/etc/a"})
    assert seen.data == {"changes": [{**row, "difference": ["-x", "+y"]}]} and seen.text.splitlines()[1:] == [
        "-x",
        "+y",
    ]
