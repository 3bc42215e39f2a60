"""The rig itself: machines boot, differ, hold their limits, and leave nothing behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support import rig
from tests.support.groups import groups_named, sweep
from tests.support.rig import PYTHON, Machine


def test_a_machine_is_a_booted_debian_with_journal_bus_and_no_network(machine: Machine) -> None:
    assert machine.run(["systemctl", "is-system-running"]).stdout.strip() == "running"
    assert any(machine.journal_dir.glob("*/system.journal"))
    assert (machine.root / "run/dbus/system_bus_socket").is_socket()
    assert machine.run(["ip", "-o", "link"]).stdout.count("\n") == 1


def test_what_is_started_in_its_network_is_on_its_loopback(machine: Machine) -> None:
    links = ["readlink", "/proc/self/ns/net"]
    inside = machine.run(links).stdout
    with machine.network():
        assert subprocess.run(links, capture_output=True, text=True, check=True).stdout == inside
    assert subprocess.run(links, capture_output=True, text=True, check=True).stdout != inside


def test_three_at_once_share_nothing(boot: Callable[..., Machine]) -> None:
    machines = [boot() for _ in range(3)]
    for number, machine in enumerate(machines):
        machine.write("/srv/mark", str(number))
    assert [machine.read("/srv/mark") for machine in machines] == ["0", "1", "2"]
    assert len({machine.read("/etc/machine-id") for machine in machines}) == 3
    assert not (rig.rootfs() / "srv/mark").exists()


def test_memory_and_process_limits_hold(machine: Machine) -> None:
    script = "import sys; block = bytearray(200_000_000); block[::4096] = b'x' * len(block[::4096])"
    limited = ["systemd-run", "--quiet", "--wait", "--collect", "-p", "MemoryMax=32M", "-p", "MemorySwapMax=0"]
    assert machine.run([*limited, "/usr/bin/python3", "-c", script], check=False).returncode != 0
    forks = "import os; [os.fork() or os._exit(0) for _ in range(30)]"
    tasks = ["systemd-run", "--quiet", "--wait", "--collect", "-p", "TasksMax=10", "/usr/bin/python3", "-c", forks]
    assert machine.run(tasks, check=False).returncode != 0
    assert machine.run([*limited[:4], "/usr/bin/python3", "-c", script], check=False).returncode == 0


def test_our_command_runs_inside_from_the_working_tree(machine: Machine) -> None:
    done = machine.run([PYTHON, "-c", "import stillwatch, msgspec; print(stillwatch.__file__)"])
    assert Path(done.stdout.strip()).is_relative_to(rig.CODE)
    assert machine.run(["touch", f"{rig.CODE}/tests/x"], check=False).returncode != 0


def test_nothing_is_left_when_the_tests_are_killed(rootfs: Path) -> None:
    script = (
        "import sys, time\nfrom tests.support.rig import Machine\n"
        "machine = Machine().__enter__()\nprint(machine.name, machine.leader, flush=True)\ntime.sleep(600)\n"
    )
    parent = subprocess.Popen([sys.executable, "-c", script], cwd=rig.REPOSITORY, stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    name, leader = parent.stdout.readline().split()
    parent.send_signal(signal.SIGKILL)
    parent.wait()
    end = time.monotonic() + 10
    while Path(f"/proc/{leader}/cmdline").exists() and time.monotonic() < end:
        os.sched_yield()
    assert not Path(f"/proc/{leader}").exists()
    assert name not in Path("/proc/self/mountinfo").read_text()
    while groups_named(name) and time.monotonic() < end:
        sweep(rig.PREFIX)
    assert not groups_named(name)


@pytest.mark.process
@pytest.mark.parametrize(("environment", "code"), [({}, 0), ({"CI": "true"}, 1)])
def test_on_ci_a_skipped_test_is_a_failed_one(environment: dict[str, str], code: int, tmp_path: Path) -> None:
    (tmp_path / "test_skips.py").write_text("import pytest\n\ndef test_it():\n    pytest.skip('no reason')\n")
    command = [sys.executable, "-m", "pytest", "-q", "-p", "tests.conftest", "-c", "/dev/null", str(tmp_path)]
    clean = {name: value for name, value in os.environ.items() if name != "CI"}
    clean |= {"PYTHONPATH": str(rig.REPOSITORY), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    done = subprocess.run(command, cwd=tmp_path, env=clean | environment, capture_output=True, text=True)
    assert done.returncode == code, done.stdout
