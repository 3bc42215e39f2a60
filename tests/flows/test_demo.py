"""The demo: plain words find a fault, and who does what the screen says sees it mended, verified and recorded."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from scripts.demo import chosen, faults, menu
from stillwatch.cli.show.proposal import MEASURED
from tests.support.rig import REPOSITORY


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("port", ["F02-port-in-use"]),
        ("F02", ["F02-port-in-use"]),
        ("f02-port-in-use", ["F02-port-in-use"]),
        ("Disk full", ["F04-disk-full"]),
        ("lock", ["F23-stale-lock"]),
        ("memory", ["F06-memory-limit"]),
        ("syntax", ["F03-bad-config"]),
        ("full", ["F04-disk-full", "F05-inodes-full"]),
        ("frob", []),
        ("f", []),
    ],
)
def test_plain_words_find_a_fault(words: str, found: list[str]) -> None:
    assert chosen(words.split()) == found


def test_the_menu_has_a_line_for_each_and_each_can_be_typed() -> None:
    lines = menu(list(faults().values())).splitlines()
    assert len(lines) == len(faults()) > 5
    for line in lines:
        assert len(chosen([line.split()[1]])) == 1 and len(line.split()) > 4


def test_an_unknown_word_lists_what_there_is() -> None:
    done = demo("frob")
    assert (done.returncode, done.stdout) == (2, "") and "port-in-use" in done.stderr and "'frob'" in done.stderr


@pytest.mark.usefixtures("rootfs")
def test_who_types_what_the_screen_says_sees_it_mended(tmp_path: Path) -> None:
    """The answer to the question whether it is meant is the only thing typed that is not on the screen."""
    done = demo("port", typed="stillwatch approvals approve A-1 --yes\nstillwatch audit verify\nexit\n")
    assert done.returncode == 0, done.stderr + done.stdout
    (line,) = re.findall(r"^ +(stillwatch approvals approve \S+)", done.stderr, re.MULTILINE)
    assert line == "stillwatch approvals approve A-1"
    assert "terminate process" in done.stdout and MEASURED[True] in done.stdout
    assert "verified=True" in done.stdout and "✓ the fault" in done.stderr


def demo(*words: str, typed: str = "") -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "scripts.demo", *words]
    return subprocess.run(command, input=typed, capture_output=True, text=True, timeout=240, cwd=REPOSITORY)
