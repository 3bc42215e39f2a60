"""Boots the shop, breaks it twice, and records the host. usage: python scripts/record.py [FOLDER] | --inside FOLDER"""

from __future__ import annotations

import asyncio
import shutil
import socket
import sys
from dataclasses import replace
from pathlib import Path

from evals import scenario
from stillwatch.app import App, Options, build
from stillwatch.host.journal import Journal
from stillwatch.host.metrics import read_metrics
from stillwatch.host.systemd import Systemd
from stillwatch.records.line import Line
from stillwatch.records.recording import Recording
from stillwatch.service.one_pass import OnePass
from stillwatch.store.recording import SHIPPED, save_recording
from stillwatch.tools.recorded_looks import RememberingLooks
from tests.support.rig import CODE, INSIDE, PYTHON, Machine, named
from tests.support.shop import open_shop

FAULTS = ("F02-port-in-use", "F04-disk-full")
SEED = 20
HOST = "shop"
SINCE = 3600.0
SUBJECT_TOOLS = ("unit_status", "unit_dependencies", "journal_search")
LEFT_OUT = ("_MACHINE_ID", "_BOOT_ID", "_SYSTEMD_INVOCATION_ID", "INVOCATION_ID", "_RUNTIME_SCOPE", "JOB_ID", "TID",
            "_STREAM_ID", "_CAP_EFFECTIVE", "_SELINUX_CONTEXT", "CODE_FILE", "CODE_FUNC", "CODE_LINE",
            "_SOURCE_REALTIME_TIMESTAMP", "SYSLOG_TIMESTAMP", "_AUDIT_SESSION", "_AUDIT_LOGINUID")  # fmt: skip
"""Fields that nothing here reads, or that name the machine."""


async def looked_at(app: App) -> RememberingLooks:
    """All that a check of this host asks for, what each tool says unasked, and the failed units more closely."""
    looks = RememberingLooks(looks=app.host_looks())
    parts = app.parts()
    await OnePass(replace(parts, looks=lambda journal, log: looks)).check(since=SINCE, use_models=False)
    for name, tool in looks.catalogue().items():
        if not tool["arguments"].get("required"):
            await looks.look(name, {})
    for unit in await app.host_looks().world.systemd.units():
        if unit.active_state == "failed" or unit.fragment_path.startswith("/etc/"):
            for name in SUBJECT_TOOLS:
                await looks.look(name, {"unit": unit.name})
    return looks


def lean(line: Line) -> Line:
    return line._replace(fields={name: value for name, value in line.fields.items() if name not in LEFT_OUT})


async def record(folder: Path) -> None:
    """This host, now."""
    app = build(Options())
    looks = await looked_at(app)
    at, host = app.clock.now(), socket.gethostname()
    async with Systemd() as systemd:
        units = await systemd.units()
    metrics = await read_metrics(host, at)
    with Journal(since=at - SINCE) as journal:
        lines = tuple(map(lean, journal.lines()))
    seen = tuple(one for one in looks.seen if not one.problem)
    recording = Recording(host=host, at=at, units=tuple(units), metrics=metrics.events, looks=seen, lines=lines)
    save_recording(recording, folder)


def boot_and_record(folder: Path) -> None:
    with named(HOST) as arguments, Machine(arguments=arguments) as machine:
        shop = open_shop(machine, SEED)
        for name in FAULTS:
            scenario.load(name).inject(machine, shop)
        inside = [PYTHON, "-m", "scripts.record", "--inside", "/root/recording"]
        machine.run(inside, env={**machine.stillwatch_environment(), "PYTHONPATH": str(CODE)})
        for file in (machine.root / "root/recording").iterdir():
            folder.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(file, folder / file.name)
        host = folder / "host.json"
        host.write_text(host.read_text().replace(str(INSIDE), "/opt/stillwatch"))  # where it lies on an installed host
    print(f"{folder}: {sum(file.stat().st_size for file in folder.iterdir())} bytes")


def main() -> None:
    if sys.argv[1:2] == ["--inside"]:
        asyncio.run(record(Path(sys.argv[2])))
    else:
        boot_and_record(Path(sys.argv[1]) if len(sys.argv) > 1 else SHIPPED)


if __name__ == "__main__":
    main()
