"""The mask of a declared unit: whether it has one, what lies below it, and both ways of changing that."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Final

from stillwatch.helpers import made
from stillwatch.helpers.child import program, run
from stillwatch.helpers.policyfile import entry, protected_patterns
from stillwatch.helpers.request import HalfDone, RequestRefused
from stillwatch.helpers.unit_state import unit_facts
from stillwatch.unit.names import Names, listed
from stillwatch.unit.protected import ACCESS_PROGRAMS, protected_by, runs

MASKS: Final = {"masked": (), "masked-runtime": ("--runtime",)}
BELOW: Final = ("/usr/local/lib/systemd/system", "/usr/lib/systemd/system", "/lib/systemd/system")
"""Where the file of a masked unit can lie: the mask takes its place in /etc or /run."""
DROP_INS: Final = ("/etc/systemd/system", "/run/systemd/system", *BELOW)
LARGEST: Final = 262_144


def mask_of(name: str) -> dict[str, Any]:
    """mask: "" where it has none; file: what it would be without. RequestRefused where that is nothing, or protected.

    PID 1 tells nothing of what a masked unit would run: its file is read (R40).
    """
    unit = str(entry("needed", "unit", name)["unit"])
    facts = unit_facts(unit)
    file = next((path.resolve() for folder in BELOW if (path := Path(folder, unit)).is_file()), None)
    if file is None:
        raise RequestRefused(f"without its mask there is no unit {unit}")
    names = Names.of({unit, file.name, facts.get("Id", unit), *listed(facts.get("Names", ""))}, ())
    if protected := protected_by(names.relatives, protected_patterns()):
        raise RequestRefused(f"{protected} is protected")
    lines = [line for one in (file, *_drop_ins(names.relatives)) for line in _commands(one)]
    if ran := runs(lines, ACCESS_PROGRAMS):
        raise RequestRefused(f"{unit} is protected: it runs {min(ran)}")
    state = facts.get("UnitFileState", "")
    if state in MASKS and facts.get("UpheldBy"):
        raise RequestRefused(f"without its mask {unit} would be started at once: {facts['UpheldBy'][:200]} upholds it")
    return {"unit": unit, "mask": state if state in MASKS else "", "file": str(file)}


def unmask(name: str) -> dict[str, Any]:
    """Take the mask away. Nothing is started."""
    seen = mask_of(name)
    if not seen["mask"]:
        raise RequestRefused(f"{seen['unit']} is not masked")
    with made.noting("unmask", seen["unit"], {"mask": seen["mask"]}):
        return _turn("unmask", seen, seen["mask"])


def mask_again(name: str, mask: str) -> dict[str, Any]:
    """Undo an `unmask`, while the unit has none and does not run."""
    seen = mask_of(name)
    if unit_facts(seen["unit"]).get("ActiveState") not in ("inactive", "failed"):
        raise RequestRefused(f"{seen['unit']} runs")
    with made.taking_back("unmask", seen["unit"]) as was:
        if seen["mask"] or was != {"mask": mask}:
            raise RequestRefused(f"{seen['unit']} is {seen['mask'] or 'not to be masked like that'}")
        return _turn("mask", seen, mask)


def _turn(verb: str, seen: dict[str, Any], mask: str) -> dict[str, Any]:
    unit = seen["unit"]
    ended = run(
        [program("systemctl"), "--no-pager", "--no-ask-password", verb, *MASKS[mask], "--", unit],
        seconds=30,
        limit=4_096,
    )
    if ended.code != 0:
        reason = f"systemctl {verb} {unit} ended with {ended.code}"
        raise RequestRefused(reason) if mask_of(unit)["mask"] == seen["mask"] else HalfDone(reason)
    return {"unit": unit}


def _drop_ins(names: Iterable[str]) -> Iterator[Path]:
    """Of these units: by their names, by what those begin with, and by their kind (systemd.unit(5))."""
    folders = set()
    for name in names:
        stem, _, kind = name.rpartition(".")
        pieces = stem.split("-")
        begins = ("-".join((*pieces[:count], "")) for count in range(1, len(pieces)))
        folders |= {f"{name}.d", f"{kind}.d", *(f"{one}.{kind}.d" for one in begins)}
    for place, folder in itertools.product(DROP_INS, sorted(folders)):
        yield from sorted(Path(place, folder).glob("*.conf"))


def _commands(file: Path) -> list[str]:
    with file.open(errors="replace") as opened:
        text = opened.read(LARGEST)
    lines = (line.strip() for line in text.replace("\\\n", " ").splitlines())
    return [line.partition("=")[2] for line in lines if line.startswith("Exec")]
