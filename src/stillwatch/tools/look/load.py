"""Load, how busy the processor is, and the processes that keep it busy right now."""

from __future__ import annotations

import time
from typing import Any

import psutil

from stillwatch.helpers.process_table import Row
from stillwatch.host.processes import STATES, TICKS, describe, table
from stillwatch.tools.tool import HostReader, Look, Tool, in_thread

SAMPLE_SECONDS = 0.12


class Arguments(Tool, frozen=True):
    """Load, how busy the processor is, and the processes that keep it busy right now."""

    async def look(self, reader: HostReader) -> Look:
        averages = [float(word) for word in reader.text("/proc/loadavg").split()[:3]]
        cores = psutil.cpu_count() or 1
        busy, top, stuck = await in_thread(_sample)
        data = {"load": averages, "cores": cores, "busy": busy, "processes": top, "stuck": stuck}
        head = f"load {' '.join(f'{one:.2f}' for one in averages)} on {cores} cores; processor {busy:.0%} busy now"
        rows = [f"{row['pid']} {row['name']} {row['share']:.0%} of a core {row['unit']}" for row in top]
        rows += [f"{name} is stuck in the kernel" for name in stuck[:10]]
        return Look("\n".join([head, *rows]), data)


def _sample() -> tuple[float, list[dict[str, Any]], list[str]]:
    """Two looks at the clocks of all processes: how busy they keep the processor, with what, and the names of those
    that are stuck in the kernel, which counts as load."""
    before, started, idle = _rows(), time.monotonic(), psutil.cpu_times()
    time.sleep(SAMPLE_SECONDS)
    after, passed, now = _rows(), time.monotonic() - started, psutil.cpu_times()
    shares = {pid: (after[pid].cpu - before[pid].cpu) / TICKS / passed for pid in after.keys() & before.keys()}
    total = sum(now) - sum(idle)
    free = (now.idle + getattr(now, "iowait", 0.0)) - (idle.idle + getattr(idle, "iowait", 0.0))
    most = sorted(shares, key=lambda pid: -shares[pid])[:8]
    top = [{**describe(after[pid]), "share": shares[pid]} for pid in most if shares[pid] > 0.02]
    kept = ("pid", "name", "user", "unit", "memory", "share")
    rows = [{name: row[name] for name in kept} for row in top]
    stuck = [row.name for row in after.values() if STATES.get(row.state) == psutil.STATUS_DISK_SLEEP]
    return (min(max(1 - free / total, 0.0), 1.0) if total > 0 else 0.0), rows, stuck[:50]


def _rows() -> dict[int, Row]:
    return {row.pid: row for row in table()}
