"""NixOS generations: number, when it was made, which one runs, and what changed in the newest."""

from __future__ import annotations

import os
import re
from typing import Any

from stillwatch.records.iso import iso
from stillwatch.tools.tool import HostReader, Look, Tool

PROFILES = "/nix/var/nix/profiles"


class Arguments(Tool, frozen=True):
    """NixOS generations: number, when it was made, which one runs, and what changed in the newest."""

    async def look(self, reader: HostReader) -> Look:
        rows: list[dict[str, Any]] = []
        for link in reader.paths(f"{PROFILES}/system-*-link"):
            number = re.search(r"system-(\d+)-link", link.name)
            if number:
                target = str(link.readlink())
                version = re.search(r"nixos-system-[^/]*?-(\d\d\.\d\d[\w.]*)", target)
                made = {"number": int(number[1]), "at": link.lstat().st_mtime, "target": target}
                rows.append({**made, "version": version[1] if version else ""})
        rows.sort(key=lambda row: -int(row["number"]))
        current = _real(reader, "/run/current-system")
        for row in rows:
            row["runs"] = _real(reader, str(row["target"])) == current
        lines = [
            f"generation {row['number']} of {iso(row['at'])} {row['version']}{' (runs)' if row['runs'] else ''}"
            for row in rows
        ]
        is_nixos = bool(reader.paths("/etc/NIXOS")) or bool(rows)
        return Look("\n".join(lines) or "this host is no NixOS", {"generations": rows, "nixos": is_nixos})


def _real(reader: HostReader, path: str) -> str:
    return os.path.realpath(reader.root / path.lstrip("/"))
