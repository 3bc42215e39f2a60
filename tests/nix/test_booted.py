"""A booted machine that has what the module renders, and the shape of a NixOS: it runs, and the gate changes it."""

from __future__ import annotations

import json
import shlex
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from stillwatch.install.layout import SYSUSERS, layout
from stillwatch.records.chat import TIERS
from tests.nix.test_units import EXPOSURE
from tests.support.installation import ask
from tests.support.nix import Nix
from tests.support.rig import CODE, MODELS_INSIDE, SERVER_INSIDE, Machine, llama_server

pytestmark = [pytest.mark.container, pytest.mark.real_model]
LLAMA = f"/nix/store/{'0' * 32}-llama-cpp/bin/llama-server"
MODEL = MODELS_INSIDE / "SmolLM2-135M-Instruct.Q4_1.gguf"
KEY = "0123456789abcdef0123456789abcdef"
SETTINGS = f"""
  api.keyFile = "/run/keys/api"; configRepo = "/etc/nixos";
  policy.nixos = [ {{ keep = 1; configuration = "/etc/nixos/configuration.nix"; }} ];
  tiers = builtins.listToAttrs (map (name: {{ inherit name; value.model = "{MODEL}"; }}) [ "trigger" "review" "meta" ]);
"""
SWITCH = """#!/bin/sh -e
system=$(dirname "$(dirname "$0")")
[ "$1" = switch ] || exit 0
ln -sfn "$system" /run/current-system
cp -L "$system/etc/systemd/system/shop.service" /etc/systemd/system/
systemctl daemon-reload
systemctl restart shop.service || exit 4
"""
SHOP = "[Service]\nExecStart={}\n"
CONFIGURATION = "{ ... }:\n{\n  imports = [\n    ./hardware.nix\n  ];\n}\n"
REBUILD = """
set -eu
system=$(nix-build --quiet --no-out-link "$1" --argstr told "$2")
nix-env --profile /nix/var/nix/profiles/system --set "$system"
"$system/bin/switch-to-configuration" switch || true
[ -e /run/booted-system ] || ln -s "$system" /run/booted-system
"""
FILES = """
set -eu
store=$(nix-store --add /root/stillwatch-configuration)
ln -s "$store" /nix/var/nix/gcroots/stillwatch
for pair; do
    name=${pair%%=*}
    mkdir -p "$(dirname "/etc/$name")" "$(dirname "/etc/static/$name")"
    ln -sfn "$store/${pair#*=}" "/etc/static/$name"
    ln -sfn "/etc/static/$name" "/etc/$name"
done
"""
"""environment.etc: each file lies in the store, and is led to by way of /etc/static."""


def rebuild(machine: Machine, command: str) -> None:
    """As nixos-rebuild switch does, to a system whose shop is this command."""
    told = {
        "units": {"shop.service": SHOP.format(command)},
        "programs": {},
        "etc": {},
        "kernel": "6.12.1",
        "switch": SWITCH,
    }
    script = str(CODE / "tests/support/nixos_system.nix")
    machine.run(["sh", "-c", REBUILD, "sh", script, json.dumps(told)], env={"HOME": "/root"}, timeout=120)


@pytest.fixture
def nixos(machine: Machine, nix: Nix) -> Iterator[Machine]:
    """What a NixOS has of the module, on this machine: users, files, units, in the order in which they are wanted."""
    server = llama_server()
    assert server is not None
    python = machine.service_python()
    rendered = nix.render(SETTINGS, str(Path(python).parent.parent))
    files = nix.build_files(SETTINGS)
    etc = {name: Path(place).name for name, place in rendered["etc"].items()}
    for file in etc.values():
        machine.write(f"/root/stillwatch-configuration/{file}", (files / file).read_text())
    machine.write(str(SYSUSERS), layout(python)[SYSUSERS])
    machine.write("/etc/tmpfiles.d/stillwatch.conf", "".join(f"{line}\n" for line in rendered["tmpfiles"]))
    machine.write("/run/keys/api", f"{KEY}\n", 0o400)
    machine.write("/etc/nix/nix.conf", "build-users-group =\nsandbox = false\nsubstitute = false\n")
    pairs = [f"{name}={file}" for name, file in etc.items()]
    machine.run(["sh", "-c", FILES, "sh", *pairs], env={"HOME": "/root"})
    machine.write("/etc/nixos/configuration.nix", CONFIGURATION)
    machine.write(LLAMA, f'#!/bin/sh\nexec {shlex.quote(str(SERVER_INSIDE / server.name))} "$@"\n', 0o755)
    rendered["units"].pop("polkit.service")
    for name, told in rendered["units"].items():
        machine.write(f"/etc/systemd/system/{name}", told["text"])
    for command in (["systemd-sysusers"], ["systemd-tmpfiles", "--create"], ["systemctl", "daemon-reload"]):
        machine.run(command)
    machine.run(["systemctl", "restart", "polkit"])
    for command in ("sleep 1001", "sleep 1002", "false"):
        rebuild(machine, f"/bin/{command}")
    machine.run(["systemctl", "start", *(name for name, told in rendered["units"].items() if told["wantedBy"])])
    yield machine


def status_of(machine: Machine, url: str, key: str = "") -> int:
    header = ["--header", f"Authorization: Bearer {key}"] if key else []
    said = machine.run(
        ["curl", "--silent", "--output", "/dev/null", "--write-out", "%{http_code}", *header, url], check=False
    )
    return int(said.stdout or 0)


def carried_out(machine: Machine, action: str, target: str, **arguments: Any) -> dict[str, Any]:
    """Proposed by the daemon's user, approved by root: the proposal as it then stands."""
    request = {"verb": "propose", "action": action, "target": target, "arguments": arguments}
    user = "root" if action == "undo" else "stillwatch"
    door = "admin" if action == "undo" else "propose"
    waiting = ask(machine, user, f"/run/stillwatch-gate/{door}.sock", request)
    assert waiting.get("state") == "waiting", waiting
    done = machine.stillwatch("approvals", "approve", waiting["id"], "--yes", "--json", timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr
    said: dict[str, Any] = json.loads(done.stdout)
    return said | {"id": waiting["id"]}


def generations(machine: Machine) -> tuple[list[int], str]:
    """Those that are there, and what runs."""
    listed = machine.run(["nix-env", "--profile", "/nix/var/nix/profiles/system", "--list-generations"]).stdout
    shop = machine.run(["systemctl", "show", "--property=ActiveState", "--value", "shop.service"]).stdout.strip()
    return [int(line.split()[0]) for line in listed.splitlines()], shop


def serves(nixos: Machine) -> None:
    owners = set[int]()
    for tier, port in zip(TIERS, (8080, 8081, 8082), strict=True):
        nixos.wait(lambda port=port: status_of(nixos, f"http://127.0.0.1:{port}/health") == 200, tier, seconds=60)
        assert status_of(nixos, f"http://127.0.0.1:{port}/props") == 401
        owner = nixos.run(["ps", "-o", "uid=", "-p", nixos.properties(f"llama-{tier}.service")["MainPID"]]).stdout
        owners.add(int(owner))
    assert len(owners) == 3 and min(owners) >= 61_184  # throw-away users, systemd.exec(5)
    listening = nixos.run(["ss", "-Hltn"]).stdout
    assert {line.split()[3] for line in listening.splitlines() if ":808" in line} == {
        f"127.0.0.1:{port}" for port in (8080, 8081, 8082, 8083)
    }
    models = "http://127.0.0.1:8083/v1/models"
    nixos.wait(lambda: status_of(nixos, models, KEY) == 200, "port 8083 to answer", seconds=30)
    assert status_of(nixos, models) == 401
    handed = nixos.read("/run/credentials/stillwatch.service/llama-key").strip()
    assert [status_of(nixos, f"http://127.0.0.1:{port}/props", handed) for port in (8080, 8081, 8082)] == [200] * 3
    tiers = json.loads(nixos.stillwatch("status", "--json").stdout)["tiers"]
    assert {one["state"] for one in tiers.values()} <= {"ready", "failed"}, (
        tiers
    )  # a busy host may have kept one waiting


def is_confined(nixos: Machine) -> None:
    """As tight as the files say, by systemd's own view of what runs."""
    for unit in ("stillwatch.service", "stillwatch-gate.service", "stillwatch-key.service", "llama-meta.service"):
        said = nixos.run(["systemd-analyze", "security", "--no-pager", unit], check=False).stdout.splitlines()[-1]
        assert float(said.split(":")[1].split()[0]) <= EXPOSURE[unit], said


def is_seen(nixos: Machine) -> None:
    """Which generations there are, which runs, and what differs between the newest two."""

    def seen(look: str) -> dict[str, Any]:
        return dict(json.loads(nixos.stillwatch("look", look, "--json").stdout)["data"])

    rows = seen("nix_generations")["generations"]
    assert [(row["number"], row["runs"]) for row in rows] == [(3, True), (2, False), (1, False)]
    changed = seen("nix_changes")
    assert (changed["from"], changed["to"], changed["units"]) == (2, 3, {"shop.service": "restart"})


def is_switched_and_switched_back(nixos: Machine) -> None:
    """To the generation whose shop runs, and forth again."""
    assert generations(nixos) == ([1, 2, 3], "failed")

    back = carried_out(nixos, "nix_rollback", "2")
    assert generations(nixos) == ([1, 2, 3], "active"), back
    carried_out(nixos, "undo", back["id"])
    assert generations(nixos) == ([1, 2, 3], "failed")
    refused = ask(nixos, "stillwatch", "/run/stillwatch-gate/propose.sock", {
        "verb": "propose", "action": "nix_rollback", "target": "9", "arguments": {}
    })  # fmt: skip
    assert refused.get("state") != "waiting"


def is_cleaned(nixos: Machine) -> None:
    """What runs (3), was booted (1) or is kept (3) stays."""
    carried_out(nixos, "nix_collect_garbage", "nix-store")
    assert generations(nixos)[0] == [1, 3]


def is_given_a_patch(nixos: Machine) -> None:
    """One that applies and evaluates."""
    carried_out(nixos, "suggest_patch", "shop.service", setting="memory-limit", value=64)
    repository = nixos.root / "etc/nixos"
    with (repository / "stillwatch/memory-limit-shop.patch").open() as patch:
        subprocess.run(["patch", "-p1", "-d", str(repository)], stdin=patch, check=True, capture_output=True)
    module = "(import /etc/nixos/stillwatch/memory-limit-shop.nix { lib.mkForce = x: x; })"
    limit = f"{module}.systemd.services.shop.serviceConfig.MemoryMax"
    imports = "map toString (import /etc/nixos/configuration.nix { }).imports"
    for expression, value in (
        (limit, "64M"),
        (imports, ["/etc/nixos/stillwatch/memory-limit-shop.nix", "/etc/nixos/hardware.nix"]),
    ):
        said = nixos.run(["nix-instantiate", "--eval", "--strict", "--json", "-E", expression], env={"HOME": "/root"})
        assert json.loads(said.stdout) == value


def test_what_is_rendered_serves_and_the_gate_changes_a_nixos(nixos: Machine) -> None:
    """Three tiers, the port, the gate; then each action on NixOS, approved, measured, and taken back."""
    serves(nixos)
    is_confined(nixos)
    is_seen(nixos)
    is_switched_and_switched_back(nixos)
    is_cleaned(nixos)
    is_given_a_patch(nixos)
    kinds = [json.loads(line)["kind"] for line in nixos.stillwatch("audit", "--json").stdout.splitlines()]
    assert kinds.count("approved") == 4 and nixos.stillwatch("audit", "verify").returncode == 0
