"""What differs between two generations of NixOS: programs with their versions, units, files below /etc."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from stillwatch.helpers.nixos import Generations, differing, programs, units
from stillwatch.tools.tool import HostReader, Look, Tool, in_thread

SHOWN = 30
WORDS = {"restart": "restarted", "stop": "stopped", "start": "started"}


class Arguments(Tool, frozen=True):
    """What differs between two generations of NixOS: programs with their versions, units, files below /etc."""

    to: Annotated[int, Meta(ge=0, le=999_999_999, description="the newer generation; 0: the newest")] = 0
    since: Annotated[int, Meta(ge=0, le=999_999_999, description="the older one; 0: the one before it")] = 0

    async def look(self, reader: HostReader) -> Look:
        found: Look = await in_thread(lambda: self._look(reader))
        return found

    def _look(self, reader: HostReader) -> Look:
        generations = Generations(reader.root)
        numbers = list(generations.all())
        new = self.to or max(numbers, default=0)
        old = self.since or max((number for number in numbers if number < new), default=0)
        if not numbers:
            return Look("this host is no NixOS", {"nixos": False})
        if absent := [number for number in (old, new) if number not in numbers]:
            known = ", ".join(map(str, numbers[-20:]))
            return Look(f"there is no generation {absent[0] or f'before {new}'}; there are {known}", {"nixos": True})
        paths = generations.place(old), generations.place(new)
        before, after = (programs(place, reader.root) for place in paths)
        packages = {
            name: [before.get(name), after.get(name)]
            for name in sorted({*before, *after})
            if before.get(name) != after.get(name)
        }
        changed = units(*paths, reader.root)
        etc = sorted(differing(*paths, "etc", reader.root))
        lines = [f"generation {old} → {new}" + (" (runs)" if generations.runs() == new else "")]
        lines += [f"{name}: {_version(was)} → {_version(now)}" for name, (was, now) in packages.items()][:SHOWN]
        lines += [f"{unit}: {WORDS[what]} by a switch" for unit, what in changed.items()][:SHOWN]
        lines += [f"/etc/{name} differs" for name in etc][:SHOWN]
        if len(lines) == 1:
            lines.append("no program, unit or file below /etc differs")
        data = {"nixos": True, "from": old, "to": new, "packages": packages, "units": changed, "etc": etc}
        return Look("\n".join(lines), data)


def _version(version: str | None) -> str:
    return "absent" if version is None else version or "there"
