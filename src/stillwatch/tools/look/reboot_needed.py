"""Whether a restart of the host is asked for: by its packages, or since a newer kernel is installed than runs."""

from __future__ import annotations

import platform
import re

from stillwatch.tools.tool import HostReader, Look, Tool

ASKED = "/run/reboot-required"


class Arguments(Tool, frozen=True):
    """Whether a restart of the host is asked for: by its packages, or since a newer kernel is installed than runs."""

    async def look(self, reader: HostReader) -> Look:
        required = bool(reader.paths(ASKED))
        packages = sorted(set(reader.text(f"{ASKED}.pkgs").split()))
        running = platform.release()
        kernels = [path.name.removeprefix("vmlinuz-") for path in reader.paths("/boot/vmlinuz-*")]
        newest = max(kernels, key=_numbers, default="")
        flavour = running.rpartition("-")[2]
        newer = bool(newest) and newest.endswith(flavour) and _numbers(newest) > _numbers(running)
        contained = bool(reader.text("/run/systemd/container").strip())
        data = {"asked": required, "packages": packages, "running": running, "newest": newest, "newer": newer}
        lines = ["a restart is asked for" + (f" by {', '.join(packages)}" if packages else "")] if required else []
        lines += [f"kernel {running} runs, {newest} is installed"] if newer else []
        lines += ["this is a container: the kernel is its host's"] if contained else []
        return Look("\n".join(lines) or "nothing asks for a restart", data | {"container": contained})


def _numbers(release: str) -> tuple[int, ...]:
    return tuple(int(number) for number in re.findall(r"\d+", release))
