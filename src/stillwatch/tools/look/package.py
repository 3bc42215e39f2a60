"""Whether a Debian package is installed, and its version."""

from __future__ import annotations

import re
from typing import Annotated

from msgspec import Meta

from stillwatch.tools.tool import HostReader, Look, Tool

STATUS = "/var/lib/dpkg/status"


class Arguments(Tool, frozen=True):
    """Whether a Debian package is installed, and its version."""

    name: Annotated[str, Meta(min_length=1, max_length=100, description="the package")]

    async def look(self, reader: HostReader) -> Look:
        text = reader.text(STATUS, 67_108_864)
        block = re.search(rf"^Package: {re.escape(self.name)}\n(?:.+\n)*?\n", text + "\n", re.M)
        fields = dict(line.split(": ", 1) for line in block[0].splitlines() if ": " in line) if block else {}
        there = fields.get("Status", "").endswith(" installed")
        version = fields.get("Version", "") if there else ""
        alike = [
            name for name in re.findall(r"^Package: (\S+)$", text, re.M) if self.name in name and name != self.name
        ]
        sentence = f"{self.name} {version} is installed" if there else f"{self.name} is not installed"
        data = {"name": self.name, "installed": there, "version": version, "known": bool(text), "alike": alike[:10]}
        return Look(sentence if text else "there is no list of Debian packages here", data)
