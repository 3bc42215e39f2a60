"""docs/nixos.md: each Nix block is evaluated as it stands there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.support.nix import REPOSITORY, Nix

pytestmark = pytest.mark.process
GUIDE = (REPOSITORY / "docs/nixos.md").read_text()
BLOCKS = re.findall(r"```nix\n(.*?)\n```", GUIDE, re.DOTALL)
OTHERS = """
{ lib, ... }: with lib; {
  options.age.secrets = mkOption { type = types.attrsOf (types.submodule ({ name, ... }: {
    options.file = mkOption { type = types.path; };
    options.path = mkOption { type = types.str; default = "/run/agenix/${name}"; };
  })); default = { }; };
  options.sops.secrets = mkOption { type = types.attrsOf (types.submodule ({ name, ... }: {
    options.path = mkOption { type = types.str; default = "/run/secrets/${name}"; };
  })); default = { }; };
  config.users.users.ann = { isSystemUser = true; group = "ann"; };
  config.users.groups.ann = { };
}
"""
"""The options of agenix and sops-nix that the page uses, and a user that is there already."""


@pytest.fixture
def page(tmp_path: Path) -> Path:
    (tmp_path / "others.nix").write_text(OTHERS)
    (tmp_path / "configuration.nix").write_text("{ }")
    for number, block in enumerate(BLOCKS):
        (tmp_path / f"block{number}.nix").write_text(block)
    return tmp_path


def test_the_flake_of_the_guide_brings_the_module(nix: Nix, page: Path) -> None:
    found = nix.evaluate(f"""
      let
        t = {nix.tests()};
        nixosSystem = {{ modules }}: t.render {{ imports = modules; }};
        stillwatch = (import {REPOSITORY}/flake.nix).outputs {{ self = {{ }}; nixpkgs = {{ inherit (t) lib; }}; }};
        inputs = {{ nixpkgs.lib = {{ inherit nixosSystem; }}; inherit stillwatch; }};
        outputs = (import {page}/block0.nix).outputs inputs;
      in builtins.attrNames outputs.nixosConfigurations.host.units
    """)
    assert "stillwatch.service" in found


def test_every_other_block_is_a_module_that_is_accepted(nix: Nix, page: Path) -> None:
    assert len(BLOCKS) > 8
    blocks = " ".join(f"{page}/block{number}.nix" for number in range(1, len(BLOCKS)))
    found = nix.evaluate(f"""
      let t = {nix.tests()};
        units = system: builtins.deepSeq system (builtins.attrNames system.units);
      in map (block: units (t.render {{ imports = [ {page}/others.nix block ]; }})) [ {blocks} ]
    """)
    assert all(
        "stillwatch.service" in units for units, block in zip(found, BLOCKS[1:], strict=True) if "enable" in block
    )


def test_every_unit_that_the_page_names_is_there_and_the_other_way_round(nix: Nix) -> None:
    named = set(re.findall(r"^\| `([^|]+?)` \|", GUIDE.partition("## What can be chosen")[0], re.MULTILINE))
    words = {word.strip("` ") for cell in named for word in cell.split(",")}
    told = {f"stillwatch{word}" if word.startswith("-") else word for word in words}
    rendered = nix.render()["units"]
    there = {re.split(r"[@.]", name)[0] for name in rendered if name.endswith(".service")} - {"polkit"}
    assert told == there
