"""A change of the NixOS configuration as a patch: a small module of its own, and the line that imports it.

A person looks at it, applies it and rebuilds: `patch -p1 -d /etc/nixos </etc/nixos/stillwatch/NAME.patch`.
"""

from __future__ import annotations

import difflib
import hashlib
import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from stillwatch.helpers.policyfile import CLEAN_PATH
from stillwatch.helpers.request import RequestRefused
from stillwatch.helpers.safe_open import open_beneath, plain_file
from stillwatch.unit.names import may_be_changed

HOST: Final = "host"
MOST_BYTES: Final = 262_144
FOLDER: Final = "stillwatch"


@dataclass(frozen=True, kw_only=True, slots=True)
class Setting:
    """line: of the module; {unit}: a unit's name in quotes; {value}: a number from least to most, or 0 for none."""

    line: str
    of_unit: bool = True
    least: int = 0
    most: int = 0


_UNIT: Final = "systemd.services.{unit}.serviceConfig"
SETTINGS: Final[dict[str, Setting]] = {
    "memory-limit": Setting(line=_UNIT + '.MemoryMax = lib.mkForce "{value}M";', least=16, most=4_194_304),
    "open-files": Setting(line=_UNIT + ".LimitNOFILE = lib.mkForce {value};", least=1_024, most=1_048_576),
    "start-timeout": Setting(line=_UNIT + ".TimeoutStartSec = lib.mkForce {value};", least=10, most=86_400),
    "restart-on-failure": Setting(line=_UNIT + '.Restart = lib.mkForce "on-failure";'),
    "start-at-boot": Setting(line='systemd.services.{unit}.wantedBy = [ "multi-user.target" ];'),
    "journal-size": Setting(
        line='services.journald.extraConfig = "SystemMaxUse={value}M";', of_unit=False, least=50, most=1_048_576
    ),
    "weekly-garbage": Setting(
        line='nix.gc = {{ automatic = true; dates = "weekly"; options = "--delete-older-than {value}d"; }};',
        of_unit=False,
        least=1,
        most=3_650,
    ),
    "boot-entries": Setting(
        line="boot.loader.systemd-boot.configurationLimit = {value};", of_unit=False, least=2, most=100
    ),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Patch:
    """file: where it goes; of: the SHA-256 of the configuration that it changes; hindrance: why it cannot be made."""

    file: Path
    text: str
    of: str
    hindrance: str = ""


def prepare(declared: dict[str, Any], target: str, setting: str, value: int) -> Patch:
    """Raises RequestRefused for an unknown setting, a value out of range, or a configuration that cannot be read."""
    known = SETTINGS.get(setting)
    if known is None:
        raise RequestRefused(f"there is no setting {setting[:40]!r}; there are {', '.join(SETTINGS)}")
    if known.of_unit != (may_be_changed(target) and target.endswith(".service")) or not (
        known.of_unit or target == HOST
    ):
        raise RequestRefused(f"{setting} is of a service" if known.of_unit else f"{setting} is of the {HOST}")
    if not known.least <= value <= known.most:
        raise RequestRefused(f"the value of {setting} is {known.least} to {known.most}")
    path = declared.get("configuration")
    if not isinstance(path, str) or not CLEAN_PATH.fullmatch(path) or not path.endswith(".nix"):
        raise RequestRefused("[[nixos]] names no configuration, so nothing is suggested")
    stem = target.removesuffix(".service")
    name = f"{setting}-{re.sub(r'[^A-Za-z0-9._-]', '-', stem)}" if known.of_unit else setting
    before = _read(path)
    quoted = '"' + stem.replace("\\", "\\\\") + '"'
    module = f"# suggested by Stillwatch\n{{ lib, ... }}:\n{{\n  {known.line.format(unit=quoted, value=value)}\n}}\n"
    after = imported(before, f"./{FOLDER}/{name}.nix")
    text = _difference(f"{FOLDER}/{name}.nix", "", module) + _difference(Path(path).name, before, after or before)
    return Patch(
        file=Path(path).parent / FOLDER / f"{name}.patch",
        text=text,
        of=hashlib.sha256(before.encode()).hexdigest(),
        hindrance="" if after else f"{path} has no single list `imports = [ … ]` to which it could be added",
    )


def imported(text: str, path: str) -> str:
    """The configuration with one more import; "" where it is not clear where it would belong."""
    found = list(re.finditer(r"(?<![\w.'-])imports\s*=\s*\[", _blanked(text)))
    if len(found) != 1:
        return ""
    at = found[0].end()
    rest = text[at:]
    if indent := re.match(r"[ \t]*\n(?:[ \t]*\n)*([ \t]+)\S", rest):
        return f"{text[:at]}\n{indent[1]}{path}{rest}"
    return f"{text[:at]} {path}{rest}"


def _blanked(text: str) -> str:
    """Comments and strings as blanks, so that what stands in them is not taken for code."""
    parts = r"#[^\n]*|/\*.*?\*/|''.*?''(?!['$\\])|\"(?:\\.|[^\"\\])*\""
    return re.sub(parts, lambda part: re.sub(r"[^\n]", " ", part[0]), text, flags=re.DOTALL)


def _difference(name: str, before: str, after: str) -> str:
    """A unified diff of one file."""
    lines = difflib.unified_diff(
        before.splitlines(keepends=True),
        after.splitlines(keepends=True),
        f"a/{name}" if before else "/dev/null",
        f"b/{name}",
    )
    return "".join(line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines)


def _read(path: str) -> str:
    descriptor = open_beneath(path, os.O_RDONLY | os.O_NONBLOCK)
    with os.fdopen(descriptor, "rb") as file:
        plain_file(descriptor, path)
        taken = file.read(MOST_BYTES + 1)
    try:
        text = taken.decode()
    except UnicodeDecodeError as error:
        raise RequestRefused(f"{path} is no text") from error
    if len(taken) > MOST_BYTES or "\r" in text:
        raise RequestRefused(f"{path} is too large or has foreign line ends")
    return text
