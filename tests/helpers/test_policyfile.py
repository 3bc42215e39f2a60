from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from stillwatch.helpers.policyfile import by_policy, entries, entry, protected_patterns
from stillwatch.helpers.request import RequestRefused

Write = Callable[[str], Path]


def test_a_declared_entry(policy: Write) -> None:
    policy('[[locks]]\nname = "a"\npath = "/run/a.pid"\nunit = "a.service"\nprogram = "a"\n')
    assert entry("locks", "name", "a")["path"] == "/run/a.pid"
    assert entries("files") == []
    with pytest.raises(RequestRefused, match="declares no"):
        entry("locks", "name", "b")


@pytest.mark.parametrize(
    "text",
    [
        '[[locks]]\npath = "/etc/shadow"',
        '[[locks]]\npath = "/"',
        '[[locks]]\npath = "/a/../b"',
        '[[locks]]\npath = "/run/.hidden"',
        '[[locks]]\npath = "relative"',
        "[[locks]]\npath = 5",
        '[[locks]]\npath = "/etc/stillwatch/policy.toml"',
        '[[locks]]\npath = "/etc/sudoers.d/x"',
        '[[locks]]\nname = "../../x"',
        '[[locks]]\nunit = "x.target"',
        "locks = 5",
        "locks = [5]",
        "not toml",
    ],
)
def test_what_nobody_should_declare_is_refused(policy: Write, text: str) -> None:
    policy(text)
    with pytest.raises(RequestRefused):
        entries("locks")


def test_a_policy_that_others_could_write_is_not_read(policy: Write) -> None:
    file = policy("")
    file.chmod(0o666)
    with pytest.raises(RequestRefused, match="than root"):
        entries("locks")
    file.chmod(0o644)
    os.chown(file, 65534, -1)
    with pytest.raises(RequestRefused):
        entries("locks")


def test_an_absent_policy_declares_nothing(policy: Write) -> None:
    with pytest.raises(RequestRefused):
        entries("locks")


LOCK = '[[locks]]\nname = "a"\npath = "/run/a.pid"\nunit = "a.service"\nprogram = "a"\n'


def seen(request: dict[str, object]) -> dict[str, object]:
    """What a program does that reads the policy."""
    return {"path": entry("locks", "name", str(request["name"]))["path"], "protected": protected_patterns()}


def test_r22_what_was_judged_by_another_policy_is_not_done(policy: Write) -> None:
    """The file may have been written and not applied, or applied and not read by the gate yet."""
    file = policy(LOCK)
    judged_by = hashlib.sha256(file.read_bytes()).hexdigest()
    handle = by_policy(seen)
    assert handle({"name": "a", "policy": judged_by})["path"] == "/run/a.pid"
    policy(LOCK.replace("/run/a.pid", "/run/b.pid"))
    for reads in (seen, lambda _: {"protected": protected_patterns()}):
        with pytest.raises(RequestRefused):
            by_policy(reads)({"name": "a", "policy": judged_by})
    assert handle({"name": "a"})["path"] == "/run/b.pid", "who judges by none, as root, asks for the file as it is"


@pytest.mark.parametrize("odd", [7, None, ["x"], "0" * 64])
def test_r02_a_policy_that_is_none_is_refused(policy: Write, odd: object) -> None:
    policy(LOCK)
    with pytest.raises(RequestRefused):
        by_policy(seen)({"name": "a", "policy": odd})
