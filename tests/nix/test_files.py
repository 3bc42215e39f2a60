"""What the module writes is read by the program itself, and every Nix file is one."""

from __future__ import annotations

import ast
import hashlib
import json
import re
import tomllib
from pathlib import Path

import pytest

from stillwatch.admin.policy import policy_of_text
from stillwatch.config import load_config
from stillwatch.records.chat import TIERS
from tests.support.nix import REPOSITORY, Nix, NixProblem

pytestmark = pytest.mark.process
ALL = """
  autonomy = "auto-safe"; allowedUnits = [ "nginx.service" ]; api.keyFile = "/run/agenix/keys"; api.host = "::";
  settings.watch.logs = [ "/var/log/nginx/error \\"log\\".log" ]; settings.keep.readings_days = 0.5;
  tiers.trigger.enable = false; tiers.meta.model = "/srv/mine.gguf";
  policy.timers = [ { unit = "logrotate.timer"; } ]; policy.protected = [ "postgres*" ];
"""


def test_the_files_are_built_only_when_the_program_can_use_them(nix: Nix) -> None:
    built = nix.build_files(ALL)
    config = load_config(built / "stillwatch.toml")
    assert (config.autonomy, config.api.host, config.api.port) == ("auto-safe", "::", 8083)
    assert config.api.key_file == "/run/credentials/stillwatch.service/api-keys"
    assert config.watch.logs == ('/var/log/nginx/error "log".log',) and config.keep.readings_days == 0.5
    assert [config.llm.tier(tier).url for tier in TIERS] == [
        None,
        "http://127.0.0.1:8081/v1",
        "http://127.0.0.1:8082/v1",
    ]
    assert not config.llm.trigger.enabled and config.llm.meta.model == "/srv/mine.gguf"
    text = (built / "policy.toml").read_bytes()
    policy = policy_of_text(text)
    assert policy.rule[0].targets == ("nginx.service",) and policy.rule[0].verdict == "allow" and policy.nixos
    assert len(policy.rule) > 3 and [timer.unit for timer in policy.timers] == ["logrotate.timer"]
    assert policy.protected == ("postgres*", "llama-meta.service", "llama-review.service")
    assert (built / "policy.applied").read_text().strip() == hashlib.sha256(text).hexdigest()
    granted = json.loads((built / "polkit.rules").read_text().partition("stillwatchUnits = ")[2].partition(";\n")[0])
    assert set(granted) == {"nginx.service"}


@pytest.mark.parametrize(
    "settings",
    ['settings.notify.urls = [ "nope" ]', 'policy.rule = [ { name = "x"; verdict = "ask"; actions = [ "reboot" ]; } ]'],
)
def test_what_only_the_program_can_tell_stops_the_build(nix: Nix, settings: str) -> None:
    with pytest.raises(NixProblem, match="exit code"):
        nix.build_files(f"{settings};")


SERVER = """#!/bin/sh
for flag; do case $flag in {refused}) echo "error: invalid argument: $flag" >&2; exit 1;; --version) exit 0;; esac; done
exit 2
"""


@pytest.mark.parametrize(("refused", "works"), [("--other", True), ("--no-slots", False)])
def test_a_llama_server_of_another_age_stops_the_build(nix: Nix, tmp_path: Path, refused: str, works: bool) -> None:
    """Instead of services that cannot start. Its key is handed over later: none is read here."""
    program = tmp_path / "bin/llama-server"
    program.parent.mkdir()
    program.write_text(SERVER.format(refused=refused))
    program.chmod(0o755)
    settings = f'tiers.meta.package = {{ type = "derivation"; name = "llama"; outPath = "{tmp_path}"; }};'
    if works:
        assert (nix.build_files(settings) / "stillwatch.toml").exists()
    else:
        with pytest.raises(NixProblem, match=r"tiers\.meta\.package: its llama-server lacks a flag"):
            nix.build_files(settings)


def test_every_file_of_nix_parses(nix: Nix) -> None:
    files = sorted([REPOSITORY / "flake.nix", *(REPOSITORY / "nix").rglob("*.nix")])
    assert len(files) > 8
    for file in files:
        nix.parse(file)


MACHINE = f"""
let
  t = {Nix.tests()};
  tool = name: t.pkgs.other name;
  pkgs = t.pkgs // {{ python3Packages.pip = tool "pip"; unzip = tool "unzip"; cacert = tool "cacert";
    python3 = tool "python3"; curl = tool "curl"; }};
  test = import {REPOSITORY}/nix/test.nix {{ inherit pkgs; inherit (t) lib; }};
in {{
  inherit (test) name testScript;
  units = builtins.attrNames (t.render {{ imports = [ test.nodes.machine ]; }}).units;
}}
"""


def test_the_test_of_a_whole_machine_evaluates_and_is_marked_as_not_run(nix: Nix) -> None:
    text = (REPOSITORY / "nix/test.nix").read_text()
    assert text.count("nix build --print-build-logs .#checks.x86_64-linux.machine") == 1
    found = nix.evaluate(MACHINE)
    assert {f"llama-{tier}.service" for tier in TIERS} | {"stillwatch.service", "shop.service"} <= set(found["units"])
    ast.parse(found["testScript"])


FLAKE = f"""
let
  t = {Nix.tests()};
  each = name: {{ inherit name; value = t.pkgs.other name // {{ version = "MCP"; }}; }};
  python3 = {{
    version = "3.13";
    withPackages = f: t.pkgs.other "python-env";
    pkgs = builtins.listToAttrs (map each (builtins.filter builtins.isString [ NAMES ]))
      // {{ buildPythonPackage = attrs: t.pkgs.other attrs.pname // {{ inherit attrs; }} // attrs.passthru; }};
  }};
  pkgs = t.pkgs // {{
    callPackage = file: _: import file {{ inherit (t) lib; inherit python3; }};
    mkShell = attrs: t.pkgs.other "shell";
    testers.runNixOSTest = file: t.pkgs.other "test";
    ruff = t.pkgs.other "ruff";
    mypy = t.pkgs.other "mypy";
  }};
  nixpkgs = {{ inherit (t) lib; legacyPackages = t.lib.genAttrs [ "x86_64-linux" ] (_: pkgs); }};
  outputs = (import {REPOSITORY}/flake.nix).outputs {{ self = {{ }}; inherit nixpkgs; }};
  package = outputs.packages.x86_64-linux.stillwatch;
in {{
  modules = builtins.attrNames outputs.nixosModules;
  module = toString outputs.nixosModules.default;
  packages = builtins.attrNames outputs.packages.x86_64-linux;
  same = package.outPath == outputs.packages.x86_64-linux.default.outPath;
  shells = builtins.attrNames outputs.devShells.x86_64-linux;
  checks = builtins.attrNames outputs.checks.x86_64-linux;
  built = [ outputs.checks.x86_64-linux.machine.name outputs.devShells.x86_64-linux.default.name ];
  version = package.attrs.version;
  needs = map (one: one.name) package.attrs.dependencies;
  python = package.python.name;
}}
"""


def test_the_flake_gives_module_package_shell_and_checks(nix: Nix) -> None:
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text())["project"]
    wanted = {re.split(r"[>=<; ]", need)[0].replace(".", "-") for need in project["dependencies"]} - {"xllamacpp"}
    names = " ".join(f'"{name}"' for name in [*sorted(wanted), "setuptools"])
    found = nix.evaluate(FLAKE.replace("NAMES", names).replace("MCP", "2.2.0"))
    assert set(found.pop("needs")) == wanted
    assert found == {
        "modules": ["default"],
        "module": str(Path(REPOSITORY, "nix/module.nix")),
        "packages": ["default", "stillwatch"],
        "same": True,
        "shells": ["default"],
        "checks": ["machine", "package"],
        "built": ["test", "shell"],
        "version": project["version"],
        "python": "python-env",
    }


@pytest.mark.parametrize(
    ("more", "said"), [("", "needs the Python package mcp 2.2 or later, and this"), ('"mcp_2"', "")]
)
def test_the_second_mcp_is_taken_from_where_nixpkgs_has_it(nix: Nix, more: str, said: str) -> None:
    """Beside the first, or, if it has none, a sentence."""
    names = f'"mcp" {more}'
    expression = f"""
      let
        t = {Nix.tests()};
        version = name: if name == "mcp" then "1.29.0" else "2.2.0";
        package = name: {{ inherit name; value = t.pkgs.other name // {{ version = version name; }}; }};
        each = builtins.map package [ {names} ];
        python3 = {{ version = "3.14"; pkgs = builtins.listToAttrs each // {{ buildPythonPackage = attrs: attrs; }}; }};
      in (builtins.head (import {REPOSITORY}/nix/package.nix {{ inherit (t) lib; inherit python3; }}).dependencies).name
    """
    if said:
        with pytest.raises(NixProblem, match=said):
            nix.evaluate(expression)
    else:
        assert nix.evaluate(expression) == "mcp_2"
