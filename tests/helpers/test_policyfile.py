from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from stillwatch.helpers.policyfile import entries, entry
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
