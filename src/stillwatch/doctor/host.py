"""What is missing or broken on this host, and the command that mends it. It looks, and changes nothing."""

from __future__ import annotations

import asyncio
import getpass
import grp
import os
import shutil
import sys
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path

from stillwatch.config import Config, Paths
from stillwatch.doctor.config import examine_file
from stillwatch.doctor.models import engine, memory_advice, ports, tier_models
from stillwatch.doctor.notify import notifications
from stillwatch.errors import StillwatchError, WrongUsage
from stillwatch.host.command import run
from stillwatch.host.journalfiles import HOST_JOURNALS, closed_to_us, host_files
from stillwatch.incidents.retention import Retention
from stillwatch.records.report import Checked
from stillwatch.store.store import FILE_NAME, Store

DISTRIBUTION = "stillwatch"
NATIVE = ("dbus_fast", "hyperscan", "msgspec", "psutil", "systemd._reader")
"""Packages with compiled parts, which may be installed and still not load on this processor or Python."""
BUS = Path("/run/dbus/system_bus_socket")
SYSTEMD = Path("/run/systemd/system")
LEAST_SPACE = 1 << 30
ILLEGAL_INSTRUCTION = -4
PATIENCE = 20.0


async def examine(config: Config, paths: Paths, *, has_key: bool = False) -> list[Checked]:
    """Everything that `check` and `up` need, in the order in which one would mend it. Nothing here raises.

    has_key: an API key exists.
    """
    packages, engines = await asyncio.gather(native_packages(), engine(config, paths))
    return [
        *configuration(paths, has_key=has_key),
        required_packages(),
        packages,
        systemd(),
        *bus(),
        journal(config),
        state(paths),
        *remembered(config, paths),
        space(paths),
        *engines,
        *tier_models(config, paths),
        *memory_advice(config, paths),
        *ports(config),
        notifications(config),
    ]


def configuration(paths: Paths, *, has_key: bool) -> Iterator[Checked]:
    """The file's problems, each with its line; a broken one ends every other command with one line."""
    if paths.config_file is None:
        yield Checked(topic="configuration", ok=True, text="no file, so the defaults are used")
        return
    try:
        found = examine_file(paths.config_file, paths.model_folders, has_key=has_key)
    except WrongUsage as error:
        yield Checked(topic="configuration", ok=False, text=str(error))
        return
    problems = (*found.errors, *found.warnings)
    if not problems:
        yield Checked(topic="configuration", ok=True, text=str(paths.config_file))
    for one in problems:
        text = f"{paths.config_file}, line {one.line}: {one.text}"
        yield Checked(topic="configuration", ok=False, text=text, mend=one.next_step)


def required_packages() -> Checked:
    """Python and the packages that the installed Stillwatch says it needs."""
    python = ".".join(map(str, sys.version_info[:3]))
    missing = [name for name in _needed() if not _installed(name)]
    if missing:
        mend = f"{sys.executable} -m pip install {' '.join(missing)}"
        return Checked(topic="packages", ok=False, text=f"missing: {', '.join(missing)}", mend=mend)
    return Checked(topic="packages", ok=True, text=f"Python {python}, every package is here")


async def native_packages() -> Checked:
    """Load the compiled packages in a process of their own, where they may crash."""
    done = await run([sys.executable, "-I", "-c", f"import {', '.join(NATIVE)}"], seconds=PATIENCE)
    if done.ok:
        return Checked(topic="native code", ok=True, text="the compiled packages load")
    why = "illegal instruction" if done.code == ILLEGAL_INSTRUCTION else (done.err.strip().splitlines() or ["?"])[-1]
    mend = f"{sys.executable} -m pip install --force-reinstall {DISTRIBUTION}"
    return Checked(topic="native code", ok=False, text=f"a compiled package does not load: {why}", mend=mend)


def systemd(marker: Path = SYSTEMD) -> Checked:
    """sd_booted(3): the directory exists if and only if systemd is PID 1."""
    if marker.is_dir():
        return Checked(topic="systemd", ok=True, text="runs as PID 1")
    text = "does not run here, so units cannot be seen; logs can: 'check --log FILE' and 'check --journal DIR'"
    return Checked(topic="systemd", ok=False, text=text)


def bus(socket: Path = BUS, marker: Path = SYSTEMD) -> Iterator[Checked]:
    """The system bus, where there is a systemd to talk to."""
    if not marker.is_dir():
        return
    if not socket.is_socket():
        mend = "apt-get install dbus && systemctl start dbus.socket"
        yield Checked(topic="D-Bus", ok=False, text=f"no system bus at {socket}", mend=mend)
        return
    usable = os.access(socket, os.R_OK | os.W_OK)
    yield Checked(topic="D-Bus", ok=usable, text="answers" if usable else f"{socket} is closed to us")


def journal(config: Config, folders: tuple[Path, ...] = HOST_JOURNALS) -> Checked:
    """Whether the host's journal can be read by whoever asks; a file that is not ours hides every other unit."""
    if config.watch.journal is False:
        return Checked(topic="journal", ok=True, text="switched off in the configuration")
    files, closed = host_files(folders), closed_to_us(folders)
    if closed:
        mend = f"usermod -aG {_group_of(closed)} {_me()}"
        text = "cannot be read by us as a whole; log in again after the change"
        return Checked(topic="journal", ok=False, text=text, mend=f"sudo {mend}" if os.geteuid() else mend)
    if not files:
        mend = "systemctl start systemd-journald" if SYSTEMD.is_dir() else ""
        return Checked(topic="journal", ok=False, text="there is no journal on this host", mend=mend)
    return Checked(topic="journal", ok=True, text=f"{len(files)} files in {files[0].parent}, readable")


def state(paths: Paths) -> Checked:
    """Whether what is found out can be remembered."""
    folder = _nearest(paths.state)
    if os.access(folder, os.W_OK | os.X_OK):
        return Checked(topic="state", ok=True, text=f"{paths.state} can be written")
    text = f"{paths.state} cannot be written by {_me()}, so nothing is remembered"
    return Checked(
        topic="state", ok=False, text=text, mend='stillwatch check --state-dir "$HOME/.local/state/stillwatch"'
    )


def remembered(config: Config, paths: Paths) -> Iterator[Checked]:
    """What the daemon keeps of the past, where there is something and it may be read."""
    if not os.access(paths.state / FILE_NAME, os.R_OK):
        return
    try:
        store = Store.open(paths.state, read_only=True)
    except StillwatchError as error:
        yield Checked(topic="memory kept", ok=False, text=error.args[0], mend=error.next_step)
        return
    report = Retention(store=store, keep=config.keep).report()
    store.close()
    yield Checked(topic="memory kept", ok=report.bytes <= report.most_bytes, text=f"{report} ([keep])")


def space(paths: Paths) -> Checked:
    """A gigabyte is what the store, and a small model, want."""
    folder = _nearest(paths.models)
    try:
        free = shutil.disk_usage(folder).free
    except OSError as error:
        return Checked(topic="disk space", ok=False, text=f"{folder}: {error.strerror}")
    text = f"{free / 1e9:.1f} GB free below {folder}"
    if free < LEAST_SPACE:
        return Checked(topic="disk space", ok=False, text=text, mend=f"du -xhd1 {folder} | sort -h | tail")
    return Checked(topic="disk space", ok=True, text=text)


def _needed() -> Iterator[str]:
    """Names of the distributions that ours requires on every machine."""
    try:
        required = metadata.requires(DISTRIBUTION) or []
    except metadata.PackageNotFoundError:
        required = []
    for line in required:
        if ";" not in line:
            yield line.split("[")[0].split(">")[0].split("=")[0].split("<")[0].split("~")[0].split("!")[0].strip()


def _installed(name: str) -> bool:
    try:
        metadata.version(name)
    except metadata.PackageNotFoundError:
        return False
    return True


def _group_of(files: list[Path]) -> str:
    """The group that may read the journal's files: systemd-journal nearly everywhere."""
    for file in files:
        try:
            name = grp.getgrgid(file.stat().st_gid).gr_name
        except (KeyError, OSError):
            continue
        if name != "root":
            return name
    return "systemd-journal"


def _nearest(path: Path) -> Path:
    """The path, or the nearest folder above it that exists."""
    while not path.exists() and path != path.parent:
        path = path.parent
    return path


def _me() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return str(os.getuid())
