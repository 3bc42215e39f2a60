"""The guides for clients, followed to the letter on a fresh machine where Stillwatch is installed and nginx is broken.

The clients are those that are published; they are brought in, since the machine has no network.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from stillwatch.records.chat import TIERS
from tests.serve.client_programs import guide_packages, node_program
from tests.support import guides
from tests.support.doors import Doors
from tests.support.rig import PATH, PYTHON, Machine

FOLDER = "/root/at-the-desk"
EVIDENCE = "**Evidence**"
BLAMED = "/etc/nginx/nginx.conf"
SETTINGS = {
    "/etc/pip.conf": "[global]\nno-index = true\nfind-links = /opt/wheels\ndisable-pip-version-check = true\n"
    "[install]\ncompile = false\n",
    "/root/.npmrc": "offline = true\naudit = false\nfund = false\nupdate-notifier = false\n",
    "/etc/stillwatch/stillwatch.toml": "".join(f"[llm.{tier}]\nenabled = false\n" for tier in TIERS),
}


@pytest.fixture
def owner(boot: Callable[..., Machine]) -> Iterator[Machine]:
    if shutil.which("npm") is None:
        pytest.skip("needs npm")
    brought = guide_packages()
    binds = {"wheels": "/opt/wheels", "node_modules": "/opt/npm"}
    machine = boot(
        arguments=[
            *(f"--bind-ro={brought}/{here}:{there}" for here, there in binds.items()),
            f"--bind-ro={node_program()}:/usr/local/bin/node",
            f"--overlay={brought}/cache::/root/.npm",
        ]
    )
    for path, text in SETTINGS.items():
        machine.write(path, text)
    for name in ("npm", "npx"):
        machine.run(["ln", "-s", f"/opt/npm/npm/bin/{name}-cli.js", f"/usr/local/bin/{name}"])
    installed = machine.stillwatch("install", timeout=120)
    assert installed.returncode == 0, installed.stdout + installed.stderr
    machine.run(
        ["sh", "-c", "echo 'listens 80;' >>/etc/nginx/nginx.conf; systemctl restart nginx.service"], check=False
    )
    machine.wait(Doors(machine).status, "the daemon to answer", seconds=60)
    machine.wait(lambda: proposed(machine), "the fault to be seen and thought about")
    yield machine


def proposed(machine: Machine) -> bool:
    return any(one["subject"] == "nginx.service" and one["proposal"] for one in Doors(machine).incidents())


def follow(machine: Machine, guide: str) -> list[tuple[str, str]]:
    """Each block that a shell was given, and what it printed."""
    env = {**machine.stillwatch_environment(), "PATH": f"{PATH}:{Path(PYTHON).parent}"}
    script = f"mkdir -p {FOLDER}; cd {FOLDER}\n{guides.program(guide)}"
    done = machine.run(["bash", "-eu", "-c", script], env=env, check=False, timeout=240)
    print(f"=== {guide}\n{done.stdout}\n--- {done.stderr}")
    assert done.returncode == 0
    return guides.said(guide, done.stdout)


def check(told: list[tuple[str, str]], expected: dict[str, tuple[str, ...]]) -> None:
    """expected: a word of a block → what must stand in what it printed."""
    for word, wanted in expected.items():
        (text,) = [text for block, text in told if word in block]
        assert not [one for one in wanted if one not in text], (word, text)


@pytest.mark.timeout(600)
def test_each_step_works_as_it_is_written(owner: Machine) -> None:
    check(
        follow(owner, "openai-clients.md"),
        {
            "/v1/chat/completions": ("nginx.service", EVIDENCE, '"status":'),
            "/api/events": ('data: {"id":"I1"',),
            "python ask.py": (BLAMED, EVIDENCE),
            "node stream.mjs": (BLAMED, EVIDENCE),
            "llm -m host": (BLAMED, EVIDENCE),
        },
    )
    check(
        follow(owner, "mcp.md"),
        {
            "--tool-name unit_status": ('"name": "journal_search"', '"name": "propose"', "nginx.service", BLAMED),
            "--transport http": ('"name": "unit_status"', '"name": "propose"'),
            "python look.py": ("restart unit nginx.service, waits for your approval", '"state": "waiting"'),
            "claude_desktop_config.json": ("stillwatch://incidents", "stillwatch://metrics"),
        },
    )
    assert owner.properties("nginx.service")["ActiveState"] == "failed", "nothing was carried out"
    kinds = {json.loads(line)["kind"] for line in owner.stillwatch("audit", "--json").stdout.splitlines()}
    assert "proposed" in kinds and not kinds & {"approved", "intent", "outcome"}
