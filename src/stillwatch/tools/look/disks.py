"""Disks: model and size, and what smartd or the kernel said about their health in the last days."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from stillwatch.errors import StillwatchError
from stillwatch.records.amount import size
from stillwatch.tools.journal_lines import said_by
from stillwatch.tools.tool import HostReader, Look, Tool, in_thread

DAYS = 7
_NO_DISK = re.compile(r"(loop|ram|zram|dm-|md|sr|fd|nbd)\d*")
_TROUBLE = re.compile(
    r"prefail|FAIL|pending sectors|uncorrectable|I/O error|medium error|critical target error"
    r"|unrecovered read|reallocat",
    re.IGNORECASE,
)


class Arguments(Tool, frozen=True):
    """Disks: model and size, and what smartd or the kernel said about their health in the last days."""

    async def look(self, reader: HostReader) -> Look:
        disks = [_disk(reader, path) for path in reader.paths("/sys/block/*") if not _NO_DISK.match(path.name)]
        lines_shown, unread = list[str](), ""
        try:
            lines = await in_thread(lambda: said_by(reader, ["smartd", "kernel"], DAYS * 86_400.0, 20_000))
            lines_shown = [line.text[:200] for line in lines if _TROUBLE.search(line.text)][-20:]
        except StillwatchError as error:
            unread = str(error)
        rows = [f"{row['name']} {row['model']} {size(row['size'])}" for row in disks]
        trouble = lines_shown or [f"smartd and the kernel told of no disk trouble in {DAYS} days"]
        smartd = any("smartd" in path.name for path in reader.paths("/run/systemd/units/invocation:smart*"))
        data = {"disks": disks, "trouble": lines_shown, "smartd": smartd, "days": DAYS, "unread": unread}
        return Look("\n".join([*(rows or ["no disk of its own"]), *([unread] if unread else trouble)]), data)


def _disk(reader: HostReader, path: Path) -> dict[str, Any]:
    here = f"/sys/block/{path.name}"
    sectors = int(reader.text(f"{here}/size").strip() or 0)
    rotates = reader.text(f"{here}/queue/rotational").strip() == "1"
    return {
        "name": path.name,
        "model": reader.text(f"{here}/device/model").strip(),
        "size": sectors * 512,
        "rotates": rotates,
    }
