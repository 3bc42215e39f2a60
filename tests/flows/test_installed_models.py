"""Models on an installed machine: each runs as a user of its own, in a sandbox, for as long as the daemon wants it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from stillwatch.llm.engines import INSTALLED
from stillwatch.llm.three_tiers import NOT_NEEDED
from tests.support.doors import Doors
from tests.support.engines import ENGINES, engine_named
from tests.support.rig import MODELS_INSIDE, Machine, engine_inside, llama_server

pytestmark = pytest.mark.real_model
SMALL = "SmolLM2-135M-Instruct.Q4_1"
OWN = {"STILLWATCH_MODEL_DIR": ""}
"""The models of the service, not those that tests share."""


@pytest.fixture(scope="module", params=ENGINES)
def engine(request: pytest.FixtureRequest) -> str:
    return engine_named(request.param)


@pytest.fixture(scope="module")
def shared(rootfs: Path, engine: str) -> Iterator[Machine]:
    """Installed with each engine, with one small model that root brought."""
    with Machine() as machine:
        install(machine, {**OWN, "STILLWATCH_LLAMA_SERVER": engine_inside(engine)})
        yield machine


@pytest.fixture
def served(shared: Machine) -> Machine:
    """With the daemon ready to ask its model, whatever the test before did to them."""
    shared.run(["systemctl", "start", "stillwatch.service"])
    shared.wait(lambda: is_ready(shared), "the model", seconds=60)
    return shared


def install(machine: Machine, env: dict[str, str]) -> None:
    for verb in (["install"], ["models", "import", str(MODELS_INSIDE / f"{SMALL}.gguf")]):
        done = machine.stillwatch(*verb, env=env, timeout=120)
        assert done.returncode == 0, done.stdout + done.stderr
    restart(machine)


def restart(machine: Machine) -> None:
    machine.run(["systemctl", "restart", "stillwatch.service"])
    machine.wait(lambda: is_ready(machine), "the model", seconds=60)


def status(machine: Machine) -> Any:
    return Doors(machine).status()


def is_ready(machine: Machine) -> bool:
    tier = status(machine).get("tiers", {}).get("trigger", {})
    return tier.get("state") == "ready" and tier.get("detail") != NOT_NEEDED


def servers(machine: Machine) -> list[list[str]]:
    """pid and user of each model server."""
    found = machine.run(
        ["ps", "-C", "llama-server,llama-xllamacpp", "-o", "pid=,user:32="], check=False
    ).stdout.splitlines()
    return [line.split() for line in found]


def test_a_model_runs_as_a_user_of_its_own_and_sees_only_models(served: Machine) -> None:
    ((pid, user),) = servers(served)
    assert user == "stillwatch-llama"
    unit = served.run(["ps", "-o", "unit=", "-p", pid]).stdout.strip()
    assert unit.startswith("stillwatch-llama@")
    seen = served.run(["nsenter", "-t", pid, "-m", "find", "/var/lib", "-maxdepth", "3"]).stdout.split()
    folder = "/var/lib/stillwatch"
    files = {f"{folder}/models/{SMALL}.gguf", f"{folder}/models/{SMALL}.gguf.sha256"}
    assert set(seen) == {"/var/lib", folder, f"{folder}/models", *files}
    arguments = served.run(["ps", "-ww", "-o", "args=", "-p", pid]).stdout
    key = served.read("/run/stillwatch/llama.key").strip()
    assert len(key) > 20 and key not in arguments
    owner = served.run(["stat", "-c", "%U %a", f"{folder}/models", f"{folder}/models/{SMALL}.gguf"]).stdout.split()
    assert owner == ["stillwatch", "755", "stillwatch", "644"]
    said = served.run(["systemd-analyze", "security", "--no-pager", unit], check=False).stdout.splitlines()[-1]
    assert float(said.split(":")[1].split()[0]) <= 1.8, said


def test_others_are_sent_away_and_the_administrator_is_served(served: Machine, engine: str) -> None:
    ask = "import urllib.request as u; print(u.urlopen('http://127.0.0.1:8080/props').status)"
    refused = served.run(["python3", "-c", ask], user="nobody", check=False)
    assert "401" in refused.stderr
    knock = "import socket; socket.socket(socket.AF_UNIX).connect('/run/stillwatch-helpers/llama.sock')"
    for user in ("nobody", "stillwatch-gate", "stillwatch-llama"):
        assert "PermissionError" in served.run(["python3", "-c", knock], user=user, check=False).stderr
    report = json.loads(served.stillwatch("check", "--json", env=OWN, timeout=120).stdout)
    assert report["tiers"]["trigger"]["state"] == "ready", report["tiers"]
    assert report["tiers"]["trigger"]["engine"].split()[0] == Path(engine).name
    assert status(served)["tiers"]["trigger"]["engine"].split()[0] == Path(engine).name
    found = {one["topic"]: one for one in json.loads(served.stillwatch("doctor", "--json", env=OWN).stdout)["findings"]}
    assert found["port 8080"]["ok"] and found["engine"]["ok"]


def test_a_killed_model_comes_back_and_none_outlives_the_daemon(served: Machine) -> None:
    first = servers(served)[0][0]
    served.run(["kill", "-9", first])
    served.wait(lambda: [one for one in servers(served) if one[0] != first], "another one", seconds=30)
    served.wait(lambda: is_ready(served), "it to be ready", seconds=60)
    served.run(["systemctl", "kill", "--signal=KILL", "stillwatch.service"])
    served.wait(lambda: first not in str(servers(served)) and is_ready(served), "all of it again", seconds=90)
    served.run(["systemctl", "stop", "stillwatch.service"])
    served.wait(lambda: not servers(served), "the end of the model", seconds=20)
    report = json.loads(served.stillwatch("check", "--json", env=OWN, timeout=120).stdout)
    assert report["tiers"]["trigger"]["state"] == "ready", report["tiers"]
    assert not servers(served)


def test_a_llama_server_that_is_built_later_serves_from_the_next_start(machine: Machine) -> None:
    """Installed where there is none: the package that came along serves. One that does not run is passed over."""
    native = llama_server()
    assert native is not None, "scripts/setup --tests builds one"
    none = {**OWN, "STILLWATCH_LLAMA_SERVER": "", "XDG_CACHE_HOME": "/nowhere"}
    install(machine, none)
    engine = lambda: status(machine)["tiers"]["trigger"]["engine"].split()[0]  # noqa: E731
    assert engine() == "xllamacpp"
    shown = json.loads(machine.stillwatch("models", "engine", "--json", env=none).stdout)
    assert shown["engine"]["kind"] == "xllamacpp"
    machine.write(str(INSTALLED), "#!/bin/sh\nkill -ILL $$\n", mode=0o755)
    restart(machine)
    assert engine() == "xllamacpp"
    found = json.loads(machine.stillwatch("doctor", "--json", env=none).stdout)["findings"]
    (about,) = [one for one in found if one["topic"] == "engine"]
    assert not about["ok"] and "illegal instruction" in about["text"] and "engine build" in about["mend"]
    machine.run(["cp", engine_inside(str(native)), str(INSTALLED)])
    restart(machine)
    assert engine() == "llama-server"
    assert json.loads(machine.stillwatch("models", "engine", "--json", env=none).stdout)["engine"]["path"] == str(
        INSTALLED
    )
