"""One line a stage and one for all, of pytest's JUnit files. usage: python scripts/test_summary.py FOLDER [STAGE …]"""

from __future__ import annotations

import sys
from pathlib import Path
from xml.etree import ElementTree

TITLES = {"together": "units, programs, machines"}
ORDER = ("together", "units", "programs", "gate", "machines", "models")


def counts(file: Path) -> dict[str, float]:
    """tests, failures, errors, skipped and seconds of one file; of a stage that wrote none, one error."""
    if not file.exists():
        return {"tests": 1, "failures": 0, "errors": 1, "skipped": 0, "time": 0.0}
    suites = list(ElementTree.parse(file).iter("testsuite"))  # our own file
    names = ("tests", "failures", "errors", "skipped", "time")
    return {name: sum(float(suite.get(name, 0)) for suite in suites) for name in names}


def line(total: dict[str, float]) -> str:
    """As pytest ends."""
    bad = total["failures"] + total["errors"]
    passed = total["tests"] - bad - total["skipped"]
    parts = [f"{bad:.0f} failed"] if bad else []
    parts.append(f"{passed:.0f} passed")
    parts += [f"{total['skipped']:.0f} skipped"] if total["skipped"] else []
    return f"{', '.join(parts)} in {total['time']:.2f}s"


def main() -> None:
    files = sorted(Path(sys.argv[1]).glob("*.xml"), key=lambda file: ORDER.index(file.stem))
    named = sys.argv[2:] or [file.stem for file in files]
    each = {name: counts(Path(sys.argv[1]) / f"{name}.xml") for name in named}
    print()
    for name, total in each.items():
        print(f"{TITLES.get(name, name):<26} {line(total)}")
    print(line({key: sum(total[key] for total in each.values()) for key in next(iter(each.values()))}))


if __name__ == "__main__":
    main()
