"""Network interfaces with their addresses, errors, and the default gateway."""

from __future__ import annotations

import ipaddress
from typing import Any

import psutil

from stillwatch.host.interfaces import addresses
from stillwatch.tools.tool import HostReader, Look, Tool, in_thread


class Arguments(Tool, frozen=True):
    """Network interfaces with their addresses, errors, and the default gateway."""

    async def look(self, reader: HostReader) -> Look:
        rows: list[dict[str, Any]] = await in_thread(interfaces)
        gateways = [*_gateways(reader.text("/proc/net/route")), *_gateways6(reader.text("/proc/net/ipv6_route"))]
        lines = [
            f"{row['name']} {'up' if row['up'] else 'DOWN'} {', '.join(row['addresses']) or 'no address'}"
            + (f", {row['errors']} errors, {row['dropped']} dropped" if row["errors"] or row["dropped"] else "")
            for row in rows
        ]
        lines += [f"default gateway {one}" for one in gateways] or ["no default gateway"]
        return Look("\n".join(lines), {"interfaces": rows, "gateways": gateways})


def interfaces() -> list[dict[str, Any]]:
    """In the kernel's order."""
    ours, counters = addresses(), psutil.net_io_counters(pernic=True)
    rows = []
    for name, state in psutil.net_if_stats().items():
        count = counters.get(name)
        errors = count.errin + count.errout if count else 0
        dropped = count.dropin + count.dropout if count else 0
        rows.append(
            {"name": name, "up": state.isup, "addresses": ours.get(name, []), "errors": errors, "dropped": dropped}
        )
    return rows


def _gateways(table: str) -> list[str]:
    """IPv4, as proc_net_route has it: addresses as little-endian words in hexadecimal."""
    rows = [line.split() for line in table.splitlines()[1:]]
    found = [row[2] for row in rows if len(row) > 3 and row[1] == "00000000" and row[2] != "00000000"]
    return list(dict.fromkeys(str(ipaddress.IPv4Address(bytes.fromhex(one)[::-1])) for one in found))


def _gateways6(table: str) -> list[str]:
    rows = [line.split() for line in table.splitlines()]
    found = [row[4] for row in rows if len(row) > 4 and row[0] == "0" * 32 and row[1] == "00" and row[4].strip("0")]
    return list(dict.fromkeys(str(ipaddress.IPv6Address(bytes.fromhex(one))) for one in found))
