"""Where each file of an installation on a systemd host goes, and what stands in it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import PurePosixPath
from typing import Final

from stillwatch.helpers.engine import PACKAGE
from stillwatch.install.table import enabled, sysusers_text, tmpfiles_text, unit_text, units

UNITS: Final = PurePosixPath("/etc/systemd/system")
SYSUSERS: Final = PurePosixPath("/etc/sysusers.d/stillwatch.conf")
TMPFILES: Final = PurePosixPath("/etc/tmpfiles.d/stillwatch.conf")
POLKIT: Final = PurePosixPath("/etc/polkit-1/rules.d/50-stillwatch.rules")
COMMAND: Final = PurePosixPath("/usr/local/bin/stillwatch")
ENABLED: Final = enabled()
MARK: Final = "# written by `stillwatch install`"
PROGRAM: Final = re.compile(r"/[A-Za-z0-9._/+-]{1,400}")


def layout(python: str, engines: Sequence[str] = (PACKAGE,)) -> dict[PurePosixPath, str]:
    """Target path → text. python: of the virtual environment that holds Stillwatch; engines: of the model program.

    Raises ValueError for a path that could say something else in a unit file.
    """
    for program in (python, *(engine for engine in engines if engine != PACKAGE)):
        if not PROGRAM.fullmatch(program):
            raise ValueError(f"not a plain absolute path: {program!r}")
    texts = {UNITS / name: unit_text(unit) for name, unit in units().items()}
    texts |= {SYSUSERS: sysusers_text(), TMPFILES: tmpfiles_text()}
    return {
        path: text.replace("@python@", python).replace("@engines@", " ".join(engines)) for path, text in texts.items()
    }


def command_text(python: str) -> str:
    """The program that people type: the services' own interpreter and package, whatever else is installed."""
    return f"#!{python} -I\n{MARK}\nfrom stillwatch.__main__ import main\n\nmain()\n"
