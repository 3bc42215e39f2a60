"""Patches of a NixOS configuration: they apply, and what they say is what was meant."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from stillwatch.helpers import nixos_change
from stillwatch.helpers.nixos_patch import SETTINGS, imported
from stillwatch.helpers.request import RequestRefused
from tests.helpers.test_nixos_change import do, see
from tests.support.nixos_host import CONFIGURATION, NixosHost

pytestmark = pytest.mark.process
TRIED = [
    ("memory-limit", "shop.service", 512, "systemd.services.shop.serviceConfig.MemoryMax", "512M"),
    ("open-files", "shop.service", 4096, "systemd.services.shop.serviceConfig.LimitNOFILE", 4096),
    ("start-timeout", "shop.service", 300, "systemd.services.shop.serviceConfig.TimeoutStartSec", 300),
    ("restart-on-failure", "a-b@c.service", 0, 'systemd.services."a-b@c".serviceConfig.Restart', "on-failure"),
    ("start-at-boot", "shop\\x2dtwo.service", 0, 'systemd.services."shop\\\\x2dtwo".wantedBy', ["multi-user.target"]),
    ("journal-size", "host", 500, "services.journald.extraConfig", "SystemMaxUse=500M"),
    ("weekly-garbage", "host", 30, "nix.gc.options", "--delete-older-than 30d"),
    ("boot-entries", "host", 10, "boot.loader.systemd-boot.configurationLimit", 10),
]


@pytest.mark.parametrize(("setting", "target", "value", "option", "found"), TRIED)
def test_a_suggested_patch_applies_and_evaluates(
    host: NixosHost, setting: str, target: str, value: int, option: str, found: object
) -> None:
    said = do("nix_suggest_patch", target, setting=setting, value=value)
    repository = host.folder / "etc/nixos"
    assert see("nix_suggest_patch", target, setting=setting, value=value)["done"]
    (repository / "hardware-configuration.nix").write_text("{ }")
    with Path(said["path"]).open() as patch:
        subprocess.run(["patch", "-p1", "-d", str(repository)], stdin=patch, check=True, capture_output=True)
    configuration = f"import {repository}/configuration.nix {{ config = {{ }}; pkgs = {{ }}; }}"
    imports = host.nix.evaluate(f"map toString ({configuration}).imports")
    (module,) = [name for name in imports if "/stillwatch/" in name]
    lib = "{ mkForce = x: x; }"
    assert host.nix.evaluate(f"(import {module} {{ lib = {lib}; }}).{option}") == found
    assert host.nix.evaluate(f"({configuration}).environment.etc.x.text") == "imports = [ nor this ]"


def test_every_setting_is_tried() -> None:
    assert {setting for setting, *_ in TRIED} == set(SETTINGS)


def test_r39_a_patch_is_written_once_as_whoever_owns_the_repository_and_taken_away_again(
    open_to_all: Path, policy: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    repository, changed = open_to_all / "nixos", list[object]()
    repository.mkdir()
    (repository / "configuration.nix").write_text(CONFIGURATION)
    policy(f'[[nixos]]\nconfiguration="{repository}/configuration.nix"\n')
    os.chown(repository, 1234, 1235)
    for name in ("chown", "fchown"):
        monkeypatch.setattr(os, name, lambda *given, **more: changed.append(given))
    words: dict[str, Any] = {"setting": "memory-limit", "value": 512}
    path = Path(do("nix_suggest_patch", "shop.service", **words)["path"])
    assert path == repository / "stillwatch/memory-limit-shop.patch" and not changed
    assert (path.stat().st_uid, path.stat().st_gid, path.stat().st_mode & 0o777) == (1234, 1235, 0o644)
    with pytest.raises(RequestRefused):
        do("nix_suggest_patch", "shop.service", **words)
    theirs = path.with_name("theirs.patch")
    theirs.write_text("of a person's own")
    for other in (str(repository / "configuration.nix"), "/etc/passwd", f"{path.parent}/x.nix", str(theirs)):
        with pytest.raises(RequestRefused):
            nixos_change.handle({"do": "nix_suggest_patch_back", "target": "shop.service", "path": other})
    nixos_change.handle({"do": "nix_suggest_patch_back", "target": "shop.service", "path": str(path)})
    assert theirs.exists() and not path.exists() and (repository / "configuration.nix").read_text() == CONFIGURATION


@pytest.mark.parametrize(
    ("setting", "target", "value", "said"),
    [
        ("memory-limit", "host", 512, "of a service"),
        ("memory-limit", "shop.socket", 512, "of a service"),
        ("memory-limit", "shop.service", 1, "is 16 to"),
        ("restart-on-failure", "shop.service", 3, "is 0 to 0"),
        ("journal-size", "shop.service", 500, "of the host"),
        ("firewall", "host", 0, "there is no setting"),
        ("memory-limit", "${x}.service", 512, "of a service"),
    ],
)
def test_only_settings_of_the_catalogue_are_suggested(
    host: NixosHost, setting: str, target: str, value: int, said: str
) -> None:
    with pytest.raises(RequestRefused, match=said):
        see("nix_suggest_patch", target, setting=setting, value=value)


@pytest.mark.parametrize(
    ("text", "there"),
    [
        ("{ imports = [ ./a.nix ]; }", "{ imports = [ ./s.nix ./a.nix ]; }"),
        ("{\n  imports =\n    [ ./a.nix ];\n}", "{\n  imports =\n    [ ./s.nix ./a.nix ];\n}"),
        ("{ imports = [\n\n    ./a.nix\n  ]; }", "{ imports = [\n    ./s.nix\n\n    ./a.nix\n  ]; }"),
        ("{ imports = [ ]; x = ''imports = [ ''${y}''; }", "{ imports = [ ./s.nix ]; x = ''imports = [ ''${y}''; }"),
        ("{ }", ""),
        ("{ imports = [ ]; a.imports = [ ]; }", "{ imports = [ ./s.nix ]; a.imports = [ ]; }"),
        ("{ imports = [ ]; b = { imports = [ ]; }; }", ""),
        ("{ imports = map f [ ]; }", ""),
        ("/* imports = [ ] */ { }", ""),
    ],
)
def test_where_the_import_goes(text: str, there: str) -> None:
    assert imported(text, "./s.nix") == there
