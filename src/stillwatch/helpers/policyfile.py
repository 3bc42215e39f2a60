"""The declared sets of the root-owned policy file, read again on the far side: the gate is not believed."""

from __future__ import annotations

import hashlib
import os
import re
import stat
import tomllib
from collections.abc import Callable
from contextvars import ContextVar
from pathlib import Path
from typing import Any, Final

from stillwatch.helpers.request import RequestRefused
from stillwatch.unit.names import may_be_changed

POLICY = Path("/etc/stillwatch/policy.toml")
CLEAN_PATH: Final = re.compile(r"(/[A-Za-z0-9@+=:,_~-][A-Za-z0-9@+=:,._~-]*)+")
NAME: Final = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")
NEVER: Final = frozenset(
    f"/{name}" for name in ("", "bin", "boot", "dev", "etc", "home", "lib", "lib64", "opt", "proc", "root", "run",
                            "sbin", "srv", "sys", "tmp", "usr", "usr/bin", "usr/lib", "usr/sbin", "var", "var/lib",
                            "var/log", "etc/ssh", "etc/sudoers", "etc/shadow", "etc/passwd", "etc/group", "etc/gshadow")
)  # fmt: skip
OWN: Final = (
    "/etc/stillwatch",
    "/var/lib/stillwatch",
    "/etc/sudoers.d",
    "/etc/polkit-1",
    "/etc/pam.d",
    "/proc",
    "/sys",
)


Handle = Callable[[dict[str, Any]], dict[str, Any]]
_JUDGED: Final[ContextVar[str]] = ContextVar("judged", default="")
"""The hash of the policy by which the gate judged what is asked for; "" where nobody said."""


def by_policy(handle: Handle) -> Handle:
    """A request may say by which policy it was judged: where the file is another one by now, what its names mean is
    not what was judged, and the request is refused (R22)."""

    def judged(request: dict[str, Any]) -> dict[str, Any]:
        version = request.pop("policy", "")
        if not isinstance(version, str):
            raise RequestRefused("policy is not the hash of one")
        token = _JUDGED.set(version)
        try:
            return handle(request)
        finally:
            _JUDGED.reset(token)

    return judged


def entry(table: str, key: str, value: str) -> dict[str, Any]:
    """The one declared entry of `table` whose `key` is `value`. Raises RequestRefused where there is none."""
    found = [one for one in entries(table) if one.get(key) == value]
    if len(found) != 1:
        raise RequestRefused(f"the policy file declares no {value[:80]!r} in [[{table}]]")
    return found[0]


def entries(table: str) -> list[dict[str, Any]]:
    """All entries of a declared set; each path in them is clean and none that nobody should touch."""
    path, declared = POLICY, _policy().get(table, [])
    if not isinstance(declared, list) or not all(isinstance(one, dict) for one in declared):
        raise RequestRefused(f"{path}: [[{table}]] is not an array of tables")
    for one in declared:
        for key in ("path", "directory"):
            if key in one:
                _check_path(one[key])
        if "name" in one and not NAME.fullmatch(str(one["name"])):
            raise RequestRefused(f"{path}: {one['name']!r:.80} is not a name that may be declared")
        if "unit" in one and not may_be_changed(str(one["unit"])):
            raise RequestRefused(f"{path}: {one['unit']!r:.80} is not a unit that may be declared")
    return declared


def protected_patterns() -> list[str]:
    """What the policy file protects beside the list of names."""
    found = _policy().get("protected", [])
    if not isinstance(found, list) or not all(isinstance(one, str) for one in found):
        raise RequestRefused(f"{POLICY}: protected is not a list of names")
    return found


def _policy() -> dict[str, Any]:
    try:
        text = _read_trusted(POLICY)
        if _JUDGED.get() not in ("", hashlib.sha256(text).hexdigest()):
            raise RequestRefused("the policy file is another one than the gate has read: run `stillwatch policy apply`")
        return tomllib.loads(text.decode())
    except (ValueError, OSError) as error:
        raise RequestRefused(f"{POLICY}: {error}") from error


def _check_path(path: Any) -> None:
    own = isinstance(path, str) and any(path == folder or path.startswith(f"{folder}/") for folder in OWN)
    if not isinstance(path, str) or not CLEAN_PATH.fullmatch(path) or path in NEVER or own:
        raise RequestRefused(f"{path!r:.200} is not a path that may be declared")


def _read_trusted(path: Path) -> bytes:
    """Raises RequestRefused if anybody but root (or, run by a person, that person) could have written it."""
    real = path.resolve(strict=True)
    owners = {0, os.geteuid()}
    for place in (real, *real.parents):
        facts = place.stat()
        sticky = stat.S_ISDIR(facts.st_mode) and facts.st_mode & stat.S_ISVTX
        if facts.st_uid not in owners or (facts.st_mode & 0o022 and not sticky):
            raise RequestRefused(f"{place} could be changed by others than root")
    if real.stat().st_size > 1_048_576:
        raise RequestRefused(f"{path} is larger than 1 MiB")
    return real.read_bytes()
