"""Established connections to what units listen on, and which other units hold their far ends (proc_pid_net(5))."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from stillwatch.helpers.processes import LISTEN, PROC, pids, process, sockets
from stillwatch.helpers.request import RequestRefused

ESTABLISHED: Final = "01"
MAPPED: Final = "0000000000000000FFFF0000"
"""Before an IPv4 address in tcp6."""
UNIX_LISTENS: Final = "00010000"
UNIX_CONNECTED: Final = "03"
MAX_PEERS: Final = 50


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    local: str
    remote: str
    state: str
    inode: str

    @property
    def port(self) -> str:
        return self.local.rpartition(":")[2]


def connections(units: Collection[str]) -> dict[str, Any]:
    """How many would drop if these units stopped, the units at the other end of those on this host, the sessions there.

    Connections among the units themselves do not count; of a unix stream the other end stays unnamed.
    """
    owners = _owners()
    rows = list(tcp())
    mine = [row for row in rows if owners.get(row.inode, set()) & set(units)]
    served = {row.port for row in mine if row.state == LISTEN}
    ends = {(row.local, row.remote): row.inode for row in rows}
    count, peers = _unix(owners, units), set[str]()
    for row in mine:
        if row.state == ESTABLISHED and row.port in served:
            others = owners.get(ends.get((row.remote, row.local), ""), set())
            count += not others or bool(others - set(units))
            peers |= others - set(units)
    sessions = [peer[8:-6] for peer in sorted(peers) if re.fullmatch(r"session-[a-z0-9]+\.scope", peer)]
    return {"count": count, "peers": sorted(peers)[:MAX_PEERS], "sessions": sessions[:MAX_PEERS]}


def system_unit(cgroup: str) -> str:
    """The unit of PID 1's that a control group lies in, not one of a user's own manager below it; "" if none."""
    return next((part for part in cgroup.split("/") if re.fullmatch(r"[A-Za-z0-9:_.@\\-]+\.(service|scope)", part)), "")


def _owners() -> dict[str, set[str]]:
    """Units by the inode of the sockets that their processes hold."""
    found: dict[str, set[str]] = {}
    for pid in pids():
        with contextlib.suppress(RequestRefused):
            if unit := system_unit(process(pid).cgroup):
                for inode in sockets(pid):
                    found.setdefault(inode, set()).add(unit)
    return found


def tcp() -> Iterator[Row]:
    """All TCP sockets of this network namespace."""
    for table in ("net/tcp", "net/tcp6"):
        with contextlib.suppress(OSError):
            for line in (PROC / table).read_text().splitlines()[1:]:
                words = line.split()
                local, remote = words[1].removeprefix(MAPPED), words[2].removeprefix(MAPPED)
                yield Row(local=local, remote=remote, state=words[3], inode=words[9])


def _unix(owners: Mapping[str, set[str]], units: Collection[str]) -> int:
    """Accepted streams: they bear the path of the listening socket (unix(7))."""
    rows: list[list[str]] = []
    with contextlib.suppress(OSError):
        lines = (PROC / "net/unix").read_text("utf-8", "replace").splitlines()[1:]
        rows = [words for line in lines if len(words := line.split(maxsplit=7)) == 8]
    mine = [words for words in rows if owners.get(words[6], set()) & set(units)]
    served = {words[7] for words in mine if words[3] == UNIX_LISTENS}
    return sum(words[5] == UNIX_CONNECTED and words[7] in served for words in mine)
