"""`stillwatch run` on a booted machine: it sees a fault, remembers it over its own death, and sees it mended."""

from __future__ import annotations

import json
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from evals import scenario
from stillwatch.records.chat import TIERS
from tests.support.doors import Doors
from tests.support.rig import MODELS_INSIDE, PYTHON, Machine
from tests.support.shop import MODELS, Shop, open_shop

STATE = ("--state-dir", "/tmp/sw", "--runtime-dir", "/tmp/sw/run")
POLL = 0.5
QUIET = 12.0
"""Long enough for noise to have become an incident, had it been taken for a fault."""


class Host:
    """A machine with the shop open and a daemon that watches it, without a gate and without models."""

    def __init__(self, machine: Machine, shop: Shop) -> None:
        self.machine, self.shop = machine, shop
        self.doors = Doors(machine, runtime=STATE[-1])
        self._running = ExitStack()
        machine.write("/etc/stillwatch/stillwatch.toml", "".join(f"[llm.{tier}]\nenabled = false\n" for tier in TIERS))

    def start(self) -> None:
        """Returns once everything was read."""
        log = self._running.enter_context((self.machine.root / "tmp/daemon.log").open("ab"))
        argv = [PYTHON, "-m", "stillwatch", "run", *STATE]
        env = self.machine.stillwatch_environment()
        subprocess.Popen(self.machine.inside(argv, env=env), stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        self.machine.wait(self._watches, "the daemon to watch", seconds=30)

    def _watches(self) -> bool:
        sources = self.doors.sources()
        sources.pop("gate", None)  # there is none
        return {"units", "metrics", "journal"} <= sources.keys() and all(sources.values())

    def kill(self) -> None:
        self.machine.run(["pkill", "-KILL", "-f", "^.*python.* -m stillwatch run"])
        self.machine.wait(
            lambda: not self.machine.run(["pgrep", "-f", "stillwatch run"], check=False).stdout, "its end"
        )

    def say(self, *words: str) -> Any:
        done = self.machine.stillwatch(*words, "--json", *STATE)
        assert done.returncode in (0, 1), (done.stderr, self.log())
        return json.loads(done.stdout)

    def incidents(self) -> list[dict[str, Any]]:
        return self.doors.incidents()

    def only_incident(self) -> dict[str, Any]:
        found = self.incidents()
        assert len(found) == 1, found
        return found[0]

    def first_incident(self) -> dict[str, Any]:
        self.machine.wait(self.incidents, "an incident", seconds=20)
        return self.only_incident()

    def understood(self) -> dict[str, Any]:
        """The one incident, once it has a cause."""
        self.machine.wait(self.incidents, "an incident", seconds=20)
        self.machine.wait(lambda: all(one["cause"] for one in self.incidents()), "its cause", seconds=15)
        return self.only_incident()

    def cursor(self) -> str:
        script = (
            "import sqlite3; print(sqlite3.connect('file:/tmp/sw/stillwatch.db?mode=ro', uri=True)"
            """.execute("SELECT value FROM fact WHERE name='cursor:journal'").fetchone()[0])"""
        )
        return self.machine.run(["python3", "-I", "-c", script]).stdout.strip()

    def log(self) -> str:
        return self.machine.read("/tmp/daemon.log")

    def close(self) -> None:
        self._running.close()


@pytest.fixture
def host(boot: Callable[..., Machine], seed: int) -> Iterator[Host]:
    machine = boot()
    here = Host(machine, open_shop(machine, seed))
    here.start()
    yield here
    here.close()


def mend(host: Host) -> None:
    """What an administrator would type against F02."""
    host.machine.run(["pkill", "-f", "[h]ttp.server --bind"])
    host.machine.run(["systemctl", "reset-failed"])
    host.machine.run(["systemctl", "start", *(service.unit for service in host.shop.services)])


def test_a_fault_is_seen_survives_the_daemon_and_is_over_when_it_is_mended(host: Host) -> None:
    fault = scenario.load("F02")
    assert host.incidents() == [] and host.say("status")["status"] == "healthy"
    fault.inject(host.machine, host.shop)
    host.first_incident()
    first = host.understood()
    assert first["subject"] in fault.subjects(host.shop) and first["cause"]["id"] in fault.causes
    assert host.say("status")["status"] in ("attention", "critical")

    place = host.cursor()
    assert place
    host.kill()
    host.machine.run(["logger", "-t", "between", "written while nobody watched"])
    host.start()
    again = host.understood()
    assert (again["id"], again["opened"]) == (first["id"], first["opened"])
    assert [again["cause"][key] for key in ("id", "object")] == [first["cause"][key] for key in ("id", "object")]
    told = [(one["source"], one["at"], one["text"]) for one in again["evidence"] if one["kind"] != "look"]
    assert len(told) == len(set(told)), "nothing is doubled"
    host.machine.wait(lambda: host.cursor() != place, "reading to go on")
    assert "not valid" not in host.log() and "Traceback" not in host.log()
    assert host.only_incident()["id"] == first["id"]

    answer = host.say("ask", "--no-model", f"why is {host.shop.victim.unit} down?")
    assert answer["by"] == "rule" and answer["evidence"]
    assert first["id"] in {piece["incident"] for piece in answer["evidence"]}
    assert all(f"[{piece['id']}]" in answer["answer"] for piece in answer["evidence"])

    mend(host)
    host.machine.wait(lambda: not host.incidents(), "the incident to be over", seconds=30)
    closed = host.say("incidents", "show", first["id"])
    assert closed["state"] == "resolved"
    assert host.say("status")["status"] == "healthy"


def test_a_fault_that_comes_while_the_daemon_is_dead_is_seen_after_its_start(host: Host) -> None:
    host.kill()
    fault = scenario.load("F01")
    fault.inject(host.machine, host.shop)
    host.start()
    host.first_incident()
    found = host.understood()
    assert found["cause"]["id"] in fault.causes


def test_harmless_noise_opens_nothing(host: Host) -> None:
    scenario.load("T01").inject(host.machine, host.shop)
    ends = time.monotonic() + QUIET
    while time.monotonic() < ends:
        assert host.incidents() == []
        time.sleep(POLL)
    assert host.say("status")["status"] == "healthy" and "Traceback" not in host.log()


def test_a_person_closes_mutes_and_is_obeyed(host: Host) -> None:
    scenario.load("F02").inject(host.machine, host.shop)
    first = host.first_incident()
    first = host.understood()
    done = host.machine.stillwatch("incidents", "mute", first["id"], "--for", "1h", *STATE)
    assert done.returncode == 0, done.stderr
    host.machine.wait(lambda: host.only_incident()["state"] == "muted", "the mute to take hold")
    assert host.say("status")["status"] == "attention", "what is muted lasts (R42)"


def test_the_daemon_outlives_the_bus(host: Host) -> None:
    host.machine.run(["systemctl", "kill", "--signal=KILL", "dbus.service"])
    host.machine.wait(lambda: "units: " in host.log(), "the loss to be told", seconds=15)
    host.machine.wait(host._watches, "it to watch again", seconds=40)
    fault = scenario.load("F01")
    fault.inject(host.machine, host.shop)
    broken = fault.subjects(host.shop)
    host.machine.wait(lambda: any(one["subject"] in broken for one in host.incidents()), "the fault to be seen")


@pytest.mark.real_model
def test_what_opened_before_the_models_were_up_is_shown_to_them(boot: Callable[..., Machine], seed: int) -> None:
    machine = boot()
    host = Host(machine, open_shop(machine, seed))
    smallest = MODELS_INSIDE / MODELS["trigger"]  # that it is asked is the question, not what it says
    asked = "".join(f'[llm.{tier}]\nmodel = "{smallest}"\n' for tier in ("trigger", "review"))
    machine.write("/etc/stillwatch/stillwatch.toml", f"{asked}[llm.meta]\nenabled = false\n")
    fault = scenario.load("F01")
    fault.inject(machine, host.shop)
    host.start()
    first = host.understood()
    machine.wait(lambda: {"trigger", "review"} <= heard(host), "the models to be heard", seconds=180)
    again = host.only_incident()
    assert again["id"] == first["id"] and again["cause"]["id"] in fault.causes, "what is proven stands"
    host.close()


def heard(host: Host) -> set[str]:
    return {opinion["by"] for one in host.incidents() for opinion in one["opinions"]}
