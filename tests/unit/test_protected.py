from __future__ import annotations

import pytest

from stillwatch.unit.protected import is_protected_process, protected_by, protected_by_name

OURS = (
    "ssh.service", "SSHD.service", "ssh@1.service", "systemd-journald.service", "dbus-broker.service", "polkit.service",
    "getty@tty1.service", "NetworkManager.service", "stillwatch-gate.service", "multi-user.target", "-.mount",
    "user@0.service",
)  # fmt: skip


@pytest.mark.parametrize("name", OURS)
def test_r03_access_logging_and_ourselves_are_protected(name: str) -> None:
    assert protected_by((name,), ()) == name


def test_the_owner_can_add_to_it_and_others_are_free() -> None:
    assert protected_by(("web.service", "db.service"), ("db*",)) == "db.service"
    assert protected_by(("web.service", "sshguard-exporter.service"), ()) == ""


def test_a_session_may_hold_a_stray_process_and_access_may_not() -> None:
    assert protected_by_name(("user.slice", "user-1000.slice", "user@1000.service", "session-3.scope")) == ""
    assert protected_by_name(("system.slice", "NetworkManager.service")) == "NetworkManager.service"
    assert protected_by_name(("init.scope",)) == "init.scope"


def test_processes() -> None:
    assert all(is_protected_process(name) for name in ("sshd", "systemd-journald", "dbus-daemon", "stillwatch", "init"))
    assert not is_protected_process("python3")
