"""Which model servers this process may talk to. Production sets nothing and may reach what its configuration names.

Test suites set the variable, so that no test reaches a real model by accident and none depends on one unseen.
"""

from __future__ import annotations

import os
from collections.abc import Mapping

VARIABLE = "STILLWATCH_ALLOW_MODELS"
EVERYTHING = "all"


def refusal(url: str, environment: Mapping[str, str] = os.environ) -> str:
    """Why `url` may not be asked, "" if it may. The variable lists base URLs; unset or "all" allows every one."""
    allowed = environment.get(VARIABLE, EVERYTHING).split()
    if EVERYTHING in allowed or any(url.rstrip("/") == one.rstrip("/") for one in allowed):
        return ""
    return f"{VARIABLE} does not allow {url}"
