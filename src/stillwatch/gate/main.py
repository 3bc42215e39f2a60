"""`stillwatch gate`: put the gate together, say that it is ready, serve until told to stop."""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import grp
import os
import pwd
import signal
import socket
import sqlite3
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Final

from stillwatch.config import Config, Paths
from stillwatch.errors import NotReachable, StillwatchError, unusable
from stillwatch.gate.admin_verbs import AdminVerbs
from stillwatch.gate.change.action import HostAccess
from stillwatch.gate.change.catalogue import CATALOGUE
from stillwatch.gate.database import GateDatabase
from stillwatch.gate.host_access import LiveHostAccess
from stillwatch.gate.judge import Judge
from stillwatch.gate.server import Admission, Server, open_doors
from stillwatch.gate.trust import read_trusted
from stillwatch.host.auditanchors import log_name, send_anchor
from stillwatch.host.boot import boot_id, host_id
from stillwatch.host.unixsockets import tell_systemd

DAEMON: Final = "stillwatch"
ADMINS: Final = "stillwatch-admin"
TICK: Final = 0.5


def run_gate(config: Config, paths: Paths, access: HostAccess | None = None) -> int:
    """Serve until SIGTERM or SIGINT; returns the exit code. Raises StillwatchError where it cannot start."""
    trial_uid = os.getuid() if paths.trial else None
    if trial_uid is None and paths.config_file is not None:
        read_trusted(paths.config_file, frozenset({0}))
    with _only_one(paths.gate_state):
        gate = build(config, paths, access or LiveHostAccess(installed=trial_uid is None), trial_uid)
        try:
            doors = open_doors(paths.gate_runtime, 0o600)
        except OSError as error:
            raise NotReachable(f"{paths.gate_runtime}: {error}", next_step="see `stillwatch doctor`") from error
        asyncio.run(serve(Server(gate, admission(trial_uid)), doors))
        gate.database.close()
    return 0


def build(config: Config, paths: Paths, access: HostAccess, trial_uid: int | None) -> AdminVerbs:
    """The gate over its state directory; what a crash left open is told as `unknown` at once."""
    folder = paths.gate_state
    try:
        database = GateDatabase(folder, access.clock, partial(send_anchor, log_name(folder)))
    except (OSError, sqlite3.Error) as error:
        raise unusable(folder / "gate.db", error) from error
    gate = AdminVerbs(
        database=database,
        judge=Judge(access, CATALOGUE, host_id()),
        boot_id=boot_id(),
        ceiling=config.autonomy,
        policy_file=paths.policy_file,
        trial_uid=trial_uid,
    )
    with contextlib.suppress(OSError, sqlite3.Error):  # the next tick tries again; until then nothing else is begun
        gate.performer.recover()
    return gate


def admission(trial_uid: int | None) -> Admission:
    """The daemon proposes, root and the group decide; in a trial the one user does both."""
    if trial_uid is not None:
        return Admission(proposers=frozenset({trial_uid}), admins=frozenset({trial_uid}), trial=True)
    try:
        daemon = frozenset({pwd.getpwnam(DAEMON).pw_uid})
    except KeyError as error:
        raise NotReachable(f"no user {DAEMON}", next_step="run `stillwatch install`") from error
    with contextlib.suppress(KeyError):
        return Admission(proposers=daemon, admins=frozenset({0}), admin_group=grp.getgrnam(ADMINS).gr_gid)
    return Admission(proposers=daemon, admins=frozenset({0}))


async def serve(server: Server, doors: dict[str, socket.socket], tick: float = TICK) -> None:
    """Answer, and every `tick` seconds do what is due; ends at SIGTERM or SIGINT."""
    stop = asyncio.Event()
    for sign in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(sign, stop.set)
    await server.listen(doors)
    tell_systemd("READY=1")
    while not stop.is_set():
        with contextlib.suppress(OSError, sqlite3.Error, StillwatchError):
            await server.gate.performer.perform_due()
        with contextlib.suppress(OSError, sqlite3.Error):
            server.gate.database.keep_in_order()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), tick)
    await server.close()


@contextlib.contextmanager
def _only_one(folder: Path) -> Iterator[None]:
    """One gate over one state directory. Raises NotReachable while another runs."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        folder.chmod(0o700)
        lock = (folder / "lock").open("w")
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        why = f"{folder}: {error.strerror}"
        raise NotReachable(why, next_step="another gate runs here, or it may not be written") from error
    with lock:
        yield
