"""The units that NixOS renders: Debian's but for named differences, understood by systemd, and as tight."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from stillwatch.helpers.engine import arguments
from stillwatch.install.layout import TMPFILES, UNITS, layout
from stillwatch.install.table import groups, table, users
from stillwatch.llm.catalogue import catalogue
from stillwatch.records.chat import TIERS
from tests.support.exposure import EXPOSURE as OF_DEBIANS_UNITS
from tests.support.nix import Nix, NixProblem, Unit, read_unit, units

pytestmark = pytest.mark.process
PYTHON = f"/nix/store/{'0' * 32}-python3-stillwatch/bin/python3"
OF_DEBIAN = {
    path.name: read_unit("\n".join(line for line in text.splitlines() if not line.startswith("#")))
    for path, text in layout(PYTHON).items()
    if path.parent == UNITS
}
DEBIAN_ALONE = {"stillwatch-llama.socket", "stillwatch-llama@.service"}
"""The daemon starts a model server when it needs one; on NixOS each tier has a service, with a key and its models."""
NIXOS_ALONE = {*(f"llama-{tier}.service" for tier in TIERS), "stillwatch-key.service", "stillwatch-models.service"}
NIXOS_ALONE |= {"stillwatch-nixos.socket", "stillwatch-nixos@.service"}
RESTARTED = ("Unit", "X-Restart-Triggers")
"""A rebuild restarts what reads a changed file; on Debian a person does."""
DIFFERENCES = {
    "stillwatch.service": {
        RESTARTED,
        ("Unit", "After"), ("Unit", "Wants"), ("Unit", "Requires"),  # the model servers and their key
        ("Service", "LoadCredential"),  # that key; and secrets by path
    },
    "stillwatch-gate.service": {RESTARTED},
}  # fmt: skip
LLAMA_DIFFERENCES = {
    "ExecStart", "LoadCredential",  # the server itself, its key handed over by systemd
    "Type", "Restart", "RestartSec",  # it stays
    "Slice", "StandardInput", "StandardOutput", "StandardError",  # no connection of the daemon's
    "PrivateUsers",  # no caller, whose uid it would have to see
    "User",  # a throw-away name for each tier
}  # fmt: skip
WORDS = {"After", "Wants", "Requires", "SupplementaryGroups", "CapabilityBoundingSet"}


def fields(unit: Unit) -> dict[tuple[str, str], Any]:
    """(section, key) → value; where order says nothing, as a set. NixOS says by links what [Install] says, and gives
    each service a PATH, on which none of ours relies: the booted machine has nothing there."""
    found: dict[tuple[str, str], Any] = {}
    for section, keys in unit.items():
        for key, lines in keys.items():
            own = [line for line in lines if not line.startswith('"PATH=/nix/store/')]
            if section != "Install" and own:
                found[section, key] = set(" ".join(own).split()) if key in WORDS else own
    return found


def different(one: Unit, other: Unit) -> set[tuple[str, str]]:
    mine, yours = fields(one), fields(other)
    return {key for key in {*mine, *yours} if mine.get(key) != yours.get(key)}


def test_units_are_debians_but_for_named_differences(rendered: dict[str, Any]) -> None:
    found = units(rendered)
    found.pop("polkit.service")  # not ours: it is restarted when its rules change
    assert set(found) == set(OF_DEBIAN) - DEBIAN_ALONE | NIXOS_ALONE
    for name in set(found) - NIXOS_ALONE:
        assert different(found[name], OF_DEBIAN[name]) == DIFFERENCES.get(name, set()), name
        wanted = OF_DEBIAN[name].get("Install", {}).get("WantedBy", [])
        assert rendered["units"][name]["wantedBy"] == wanted, name


REFUSED = {
    'systemd.services.shop.after = [ "nginx" ]': "is not of type",
    'systemd.services.shop.after = [ "network-online.target" ]': "doesn't depend on it",
    'systemd.services.shop.description = "a\\nb"': "is not of type",
    'systemd.services.shop.serviceConfig.Restart = "sometimes"': "is not of type",
    'systemd.services.shop.serviceConfig = { Type = "oneshot"; Restart = "always"; }': "cannot have",
    'systemd.services.stillwatch.serviceConfig.LoadCredential = "a:/run/a"': "either all lists or all non-lists",
    'systemd.services.stillwatch.serviceConfig.TasksMax = "7"': "conflicting definition values",
    "users.users.shop.isSystemUser = true": "group is unset or no group",
    'users.users.shop.group = "stillwatch"': "isSystemUser",
    'users.users.stillwatch.home = "/a:b"': "is not of type",
    "networking.firewall.allowedTCPPorts = [ 65536 ]": "is not of type",
}


@pytest.mark.parametrize("module", REFUSED)
def test_what_nixos_refuses_is_refused_here(nix: Nix, module: str) -> None:
    """So that the module would not pass here with what a NixOS refuses."""
    with pytest.raises(NixProblem, match=REFUSED[module]):
        nix.evaluate(f"({nix.tests()}).render {{ services.stillwatch.enable = true; {module}; }}")


def test_a_model_server_is_as_confined_as_on_debian(rendered: dict[str, Any]) -> None:
    for tier in TIERS:
        mine, yours = (
            {key: value for (section, key), value in fields(unit).items() if section == "Service"}
            for unit in (units(rendered)[f"llama-{tier}.service"], OF_DEBIAN["stillwatch-llama@.service"])
        )
        assert {key for key in {*mine, *yours} if mine.get(key) != yours.get(key)} == LLAMA_DIFFERENCES


def test_three_model_servers_answer_on_this_host_alone_with_the_flags_of_the_program(rendered: dict[str, Any]) -> None:
    for tier in TIERS:
        port = table()["ports"][tier]
        given = units(rendered)[f"llama-{tier}.service"]["Service"]["ExecStart"][0].split()
        file = given[given.index("--model") + 1]
        assert file in {f"/var/lib/stillwatch/models/{entry.file}" for entry in catalogue().values()}
        expected = arguments(given[0], model=file, port=port, key_file="%d/llama-key", context=4096, threads=1)
        at = expected.index("--threads")
        assert given == expected[:at] + expected[at + 2 :]
        assert ("--host", "127.0.0.1", "--port", str(port)) == tuple(given[3:7])


def test_users_groups_and_directories_are_those_of_debian(rendered: dict[str, Any]) -> None:
    told = {name: user for name, user in table()["users"].items() if name != "stillwatch-llama"}
    for name, user in told.items():
        mine = rendered["users"][name]
        assert mine["isSystemUser"] and mine["group"] == name and mine["description"] == user["description"]
        assert mine["extraGroups"] == user.get("groups", []) and mine["home"] == user.get("home", "/var/empty")
    assert set(rendered["users"]) == set(told) == set(users()) - {"stillwatch-llama"}
    assert set(rendered["groups"]) == {*told, *groups()}
    made = layout(PYTHON)[TMPFILES].splitlines()[1:]
    assert rendered["tmpfiles"] == sorted(line for line in made if " /run/" in line)


def test_no_ollama_no_queue_no_sudo_and_no_shell(nix: Nix, rendered: dict[str, Any]) -> None:
    text = "\n".join(str(one["text"]) for one in rendered["units"].values()).lower()
    for word in ("ollama", "redis", "celery", "rabbit", "queue", "worker", "sudo", "/bin/sh", "bash"):
        assert word not in text
    sources = "".join(file.read_text() for file in (Path(nix.tests().split()[1]).parent).glob("*.nix"))
    assert not re.search(r"sudo|ollama|preStart|\bscript\b *=", sources)


def test_the_program_that_switches_is_not_restarted_by_its_own_switch(rendered: dict[str, Any]) -> None:
    assert units(rendered)["stillwatch-nixos@.service"]["Service"]["X-RestartIfChanged"] == ["false"]


def test_secrets_are_handed_over_by_path_and_stand_nowhere(nix: Nix) -> None:
    found = nix.render('api.keyFile = "/run/agenix/keys"; notify.urlsFile = "/run/secrets/urls";')
    handed = units(found)["stillwatch.service"]["Service"]["LoadCredential"]
    assert handed == [
        "llama-key:/run/stillwatch-llama/llama.key",
        "api-keys:/run/agenix/keys",
        "notify-urls:/run/secrets/urls",
    ]


def written(folder: Path, found: dict[str, Any]) -> list[Path]:
    """The units as files, the programs that they start beside them."""
    unit_folder = folder / "units"
    unit_folder.mkdir()
    files = []
    for name, told in found["units"].items():
        text = re.sub(r"/nix/store/0+-", f"{folder}/store-", told["text"])
        for program in re.findall(rf"^Exec\w+=({folder}/store-\S+)", text, re.MULTILINE):
            Path(program).parent.mkdir(parents=True, exist_ok=True)
            Path(program).write_text("#!/bin/true\n")
            Path(program).chmod(0o755)
        file = unit_folder / name
        file.write_text(text)
        files += [file] if name != "polkit.service" else []
    return files


@pytest.mark.parametrize("settings", ["", 'acceleration = "cuda"; tiers.meta.model = "/srv/my models/50%.gguf";'])
def test_systemd_understands_every_unit(nix: Nix, tmp_path: Path, settings: str) -> None:
    analyze = shutil.which("systemd-analyze")
    assert analyze is not None
    files = written(tmp_path, nix.render(settings))
    done = subprocess.run([analyze, "verify", "--man=no", *map(str, files)], capture_output=True, text=True)
    own = [
        line for line in done.stderr.splitlines() if str(tmp_path) in line or "stillwatch" in line or "llama" in line
    ]
    assert done.returncode == 0 and not own, done.stderr


EXPOSURE = {
    **{name: most for name, most in OF_DEBIANS_UNITS.items() if name not in DEBIAN_ALONE},
    **{f"llama-{tier}.service": 1.5 for tier in TIERS},
    "stillwatch-key.service": 0.6,
    "stillwatch-models.service": 1.5,
}


def test_exposure_by_systemd_analyze(rendered: dict[str, Any], tmp_path: Path) -> None:
    files = {file.name: file for file in written(tmp_path, rendered)}
    unconfined = {"stillwatch-nixos@.service"}  # a switch activates the whole system
    assert set(EXPOSURE) == {name for name in files if name.endswith(".service")} - unconfined
    for name, most in EXPOSURE.items():
        command = ["systemd-analyze", "security", "--offline=yes", f"--threshold={round(most * 10)}", "--no-pager"]
        done = subprocess.run([*command, str(files[name])], capture_output=True, text=True)
        assert done.returncode == 0, (name, done.stdout[-200:], done.stderr)
