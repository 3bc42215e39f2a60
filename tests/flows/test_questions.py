"""Questions to an installed, unprivileged daemon, by rules alone: each fact in an answer is the machine's own."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from evals.questions.asked import drawn, put
from evals.questions.states import STATES, prepare
from tests.support.doors import Doors
from tests.support.drawn import drawn as of_this_run
from tests.support.rig import PYTHON, Machine

pytestmark = pytest.mark.container
QUESTIONER = Path(__file__).parent.parent / "support/questioner.py"


def ready(machine: Machine) -> None:
    machine.unit("broken.service", "[Service]\nExecStart=/bin/false\n")
    machine.run(["systemctl", "start", "broken.service"], check=False)
    machine.wait_failed("broken.service")
    machine.unit("shop.service", "[Service]\nExecStart=/usr/bin/sleep 1000\n", start=True)
    machine.run(["useradd", "--create-home", "--shell", "/bin/bash", "--groups", "sudo", "ann"])
    machine.run(["logger", "-t", "sshd", "Accepted publickey for ann from 192.0.2.9 port 5022 ssh2"])
    for _ in range(3):
        machine.run(["logger", "-t", "sshd", "Failed password for root from 192.0.2.66 port 5024 ssh2"])
    done = machine.stillwatch("install", timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr
    machine.wait(Doors(machine).watches, "the daemon to watch", seconds=60)
    machine.wait(lambda: "broken" in str(Doors(machine).incidents()), "the daemon to see the fault")


def facts(machine: Machine) -> dict[str, str]:
    """Question → what its answer must hold, as the machine's own programs say it."""
    pid = machine.properties("shop.service")["MainPID"]
    release = machine.run(["uname", "-r"]).stdout.strip()
    bash = machine.run(["dpkg-query", "-W", "-f", "${Version}", "bash"]).stdout
    running = machine.run(["systemctl", "list-units", "--type=service", "--state=running", "--no-legend"]).stdout
    lasting = sum(not re.match(r"\s*stillwatch-\w+@", line) for line in running.splitlines())
    counts = "|".join(str(lasting + more) for more in range(4))  # helpers of ours come and go
    cores = machine.run(["nproc"]).stdout.strip()
    return {
        "is shop running?": rf"shop\.service is active \(running\) since .*Main process: {pid}\.",
        "läuft shop?": rf"shop\.service ist aktiv.*Hauptprozess: {pid}\.",
        "shop est en marche ?": rf"shop\.service est active.*principal : {pid}\.",
        "¿funciona shop?": rf"shop\.service está activa.*principal: {pid}\.",
        "why is broken down?": r"broken\.service is failed .*exit-code \(status 1\)",
        "warum läuft broken nicht": r"broken\.service ist ausgefallen .*exit-code \(status 1\)",
        "what is wrong?": r"broken\.service",
        "is foobar running?": r"no unit named foobar",
        "which kernel": re.escape(release),
        "is bash installed": re.escape(bash),
        "how many cores": rf"\b{cores} cores",
        "failed units": rf"Failed: broken\.service\..*(?:{counts}) services run",
        "who listens on port 80": r"On port 80 .* listens nginx \(pid \d+, nginx\.service\)",
        "failed logins": r"3 logins failed.*192\.0\.2\.66 \(3\)",
        "fehlgeschlagene anmeldungen": r"3 Anmeldungen .*gescheitert",
        "who logged in": r"1 login.*ann from 192\.0\.2\.9",
        "does ann have sudo": r"ann \(uid \d+\) .*sudo",
        "who is on": r"Nobody is logged in",
        "did the backup run": r"cannot see",
        "smart ok?": r"cannot see.*smartctl",
        "may you restart shop?": r"restart_unit shop\.service needs your approval",
        "what did you do": r"changed nothing on this host",
        "restart shop": r"Nothing was done",
        "tell me a joke": r"this host alone",
    }


def test_each_fact_is_the_machines_own(machine: Machine) -> None:
    ready(machine)
    wanted = facts(machine)
    program = [PYTHON, "-c", QUESTIONER.read_text(), "daemon"]
    done = machine.run(program, input="\n".join(wanted) + "\n", env=machine.stillwatch_environment(), timeout=120)
    told = {one["question"]: one for one in map(json.loads, done.stdout.splitlines())}
    wrong = {
        question: told[question]["text"]
        for question, pattern in wanted.items()
        if not re.search(pattern, told[question]["text"], re.DOTALL)
    }
    assert not wrong
    said = machine.stillwatch("chat", input="is shop running?\nand broken?\nrestart shop\n").stdout
    assert "broken.service is failed" in said and "A-1, restart unit shop.service" in said
    assert machine.properties("shop.service")["MainPID"] in wanted["is shop running?"], "nothing was restarted"


@pytest.mark.parametrize("name", of_this_run(["down", "busy"], 1))
def test_a_host_in_any_state_is_told_as_it_is(machine: Machine, name: str) -> None:
    """Some questions in one of two states: `python -m evals.questions.asked` asks all of them in six."""
    rows = list(put(machine, drawn(40, 7), prepare(machine, STATES[name])))
    assert not [row for row in rows if row.outcome == "wrong"], name
    assert sum(row.outcome in ("asked", "other topic") for row in rows) <= 6
