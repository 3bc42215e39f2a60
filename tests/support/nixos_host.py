"""A host that has the shape of a NixOS: systems in a store, a profile made by nix-env, links in /run."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path

import pytest

from stillwatch.helpers import child, nixos
from tests.support.nix import Nix, missing

CONFIGURATION = """{ config, pkgs, ... }:
# imports = [ not this ]
{
  imports = [
    ./hardware-configuration.nix
  ];
  environment.etc.x.text = "imports = [ nor this ]";
}
"""
SYSTEM = Path(__file__).with_name("nixos_system.nix")
SWITCH = """#!/bin/sh
# what activation leaves behind, as far as a test looks at it
echo "$0 $1" >>"{log}"
[ ! -e "{fails}" ] || exit 1
[ "$1" != switch ] || ln -sfn "$(dirname "$(dirname "$0")")" "{runs}"
[ ! -e "{degrades}" ] || exit 4
echo "switched"
"""


class NixosHost:
    """Below `folder` in the store of `nix`; everything else of the machine stays as it is."""

    def __init__(self, nix: Nix, folder: Path) -> None:
        self.nix, self.folder = nix, folder
        self.profile = nix.folder / "var/profiles/system"
        self.runs, self.booted = folder / "run/current-system", folder / "run/booted-system"
        self.log, self.fails, self.degrades = folder / "switched", folder / "fails", folder / "degrades"
        for place in (self.runs.parent, folder / "etc/nixos"):
            place.mkdir(parents=True)

    def system(
        self, units: Mapping[str, str], programs: Mapping[str, str], etc: Mapping[str, str] | None = None
    ) -> str:
        """A system of these units (name → text), programs (name → version) and files, built by Nix; its store path."""
        switch = SWITCH.format(log=self.log, fails=self.fails, runs=self.runs, degrades=self.degrades)
        told = {"units": units, "programs": programs, "etc": etc or {}, "kernel": "6.12.1", "switch": switch}
        return self.nix.run(
            "nix-build", "--quiet", "--no-out-link", str(SYSTEM), "--argstr", "told", json.dumps(told)
        ).strip()

    def rebuild(self, system: str, *, boot: bool = False) -> None:
        """As nixos-rebuild does: a new generation of the profile, which then runs."""
        self.nix.run("nix-env", "--profile", str(self.profile), "--set", system)
        for link in (self.runs, *((self.booted,) if boot else ())):
            link.unlink(missing_ok=True)
            link.symlink_to(system)

    def live(self) -> NixosHost:
        """Seven generations, of which the last runs and the second was booted."""
        for number in range(1, 8):
            still = f"[Service]\nX-RestartIfChanged=false\n# {number}\n"
            units = {"shop.service": f"[Service]\nExecStart=/bin/shop {number}\n", "still.service": still}
            units["old.service" if number < 7 else "new.service"] = "[Service]\n"
            system = self.system(units, {"nginx": f"1.26.{number}", "curl": "8.9.1"}, {"motd": "hello"})
            self.rebuild(system, boot=number == 2)
        return self


def built(folder: Path) -> NixosHost:
    if problem := missing():
        pytest.fail(problem) if os.environ.get("CI") else pytest.skip(problem)
    return NixosHost(Nix(folder / "nix"), folder / "host").live()


def arrange(host: NixosHost, monkeypatch: pytest.MonkeyPatch) -> NixosHost:
    """The programs look at this host."""
    for name, place in (("PROFILE", host.profile), ("RUNS", host.runs), ("BOOTED", host.booted)):
        monkeypatch.setattr(nixos, name, str(place).lstrip("/"))
    monkeypatch.setattr(nixos, "STORE", str(host.nix.folder / "store").lstrip("/"))
    monkeypatch.setattr(child, "ENVIRONMENT", {**child.ENVIRONMENT, **host.nix.environment})
    return host
