"""Whether a Debian package is installed and its version, or which packages hold a file."""

from __future__ import annotations

import contextlib
import re
from pathlib import Path
from typing import Annotated, Literal

from msgspec import Meta

from stillwatch.errors import WrongUsage
from stillwatch.tools.look.package_changes import INFO
from stillwatch.tools.paths import checked
from stillwatch.tools.tool import HostReader, Look, Tool, in_thread

STATUS = "/var/lib/dpkg/status"


class Arguments(Tool, frozen=True):
    """Whether a Debian package is installed and its version, or which packages hold a file."""

    name: Annotated[str, Meta(max_length=100, description="the package")] = ""
    path: Annotated[str, Meta(max_length=4096, description="in its place: a file or folder, absolute")] = ""

    async def look(self, reader: HostReader) -> Look:
        if bool(self.name) == bool(self.path):
            raise WrongUsage("name a package, or a path")
        if self.path:
            path = checked(self.path)
            return Look(*await in_thread(lambda: _holders(reader, path)))
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


def _holders(reader: HostReader, path: str) -> Look:
    """By dpkg's lists of files (dpkg-query(1)): who holds it itself, and who holds something below it."""
    lists = reader.paths(f"{INFO}/*.list")
    wanted = path.rstrip("/").removeprefix("/usr").encode()
    holders, inside = [], []
    for file in lists:
        found = _held(file, wanted)
        name = file.name.removesuffix(".list").partition(":")[0]
        if found == "itself":
            holders.append(name)
        elif found:
            inside.append(name)
    text = f"{path} belongs to {', '.join(holders)}" if holders else f"no package holds {path}"
    if not lists:
        text = "there is no list of Debian packages here"
    return Look(text, {"path": path, "holders": holders, "inside": inside, "known": bool(lists)})


def _held(file: Path, wanted: bytes) -> Literal["itself", "below", ""]:
    """/bin is /usr/bin here or there, so both are compared without /usr."""
    with contextlib.suppress(OSError):
        text = b"\n" + file.read_bytes() + b"\n"
        for form in (wanted, b"/usr" + wanted):
            if b"\n" + form + b"\n" in text:
                return "itself"
        if any(b"\n" + form + b"/" in text for form in (wanted, b"/usr" + wanted)):
            return "below"
    return ""
