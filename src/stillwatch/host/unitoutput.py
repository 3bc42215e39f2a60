"""Files to which units send what they say instead of the journal (StandardOutput=, StandardError=)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from stillwatch.host.smallfile import content
from stillwatch.host.unitfiles import PLACES

HERE: Final = Path("/")
MOST: Final = 2000
_OUTPUT: Final = re.compile(
    rb"(?m)^[ \t]*Standard(?:Output|Error)[ \t]*=[ \t]*(?:append|file|truncate):(/[^\s%]{1,300})[ \t]*$"
)


def outputs_in(files: Iterable[str]) -> list[str]:
    """Those that these unit files and drop-ins name; with a specifier in its name it is not known which is meant."""
    found = (path.decode(errors="replace") for file in files for path in _OUTPUT.findall(content(file)))
    return list(dict.fromkeys(found))


def outputs_of_all(root: Path = HERE) -> dict[str, str]:
    """Those of all services that are installed, each with its unit; "" where several units write to one file."""
    found: dict[str, str] = {}
    for place in PLACES:
        folder = root / place.lstrip("/")
        for file in [one for kind in ("*.service", "*.service.d/*.conf") for one in sorted(folder.glob(kind))][:MOST]:
            unit = file.name if file.suffix == ".service" else file.parent.name.removesuffix(".d")
            for path in outputs_in([str(file)]):
                found[path] = unit if found.get(path, unit) == unit else ""
    return found
