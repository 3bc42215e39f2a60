"""A newcomer's first command, on a fresh Debian that has Python, git and nothing else."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from tests.support import fresh

pytestmark = pytest.mark.container
CLONE = "/root/my clone"


@pytest.fixture(scope="module")
def newcomer() -> Iterator[fresh.Container]:
    if problem := fresh.missing():
        pytest.skip(problem)
    with fresh.container() as container:
        fresh.clone(container.place / CLONE[1:])
        (container.place / "root").chmod(0o700)
        yield container


@pytest.mark.timeout(900)
def test_the_first_command_gives_a_report_and_says_little_else(newcomer: fresh.Container) -> None:
    said = newcomer.run([f"{CLONE}/scripts/try"])
    phases = [line for line in said.splitlines() if re.match(r"[✓✗] .* [\d.]+ s$", line)]
    assert "recorded host" in said and "could do" in said, "no systemd here, and yet there is something to see"
    assert len(phases) == 3 and all(line.startswith("✓") for line in phases), said
    assert "Collecting" not in said and "Reading package lists" not in said
    again = newcomer.run([f"{CLONE}/scripts/try"])
    assert not [line for line in again.splitlines() if line.startswith(("✓ Debian", "✓ Python"))], "nothing to set up"


def test_what_fails_names_its_log(newcomer: fresh.Container) -> None:
    with pytest.raises(fresh.RigProblem) as failed:
        newcomer.run([f"{CLONE}/scripts/setup", "--demo"])  # these packages are not at hand, and there is no network
    said = str(failed.value)
    (log,) = re.findall(r"^  \S.*: (/\S+)$", said, re.MULTILINE)
    assert "✗ Debian packages: " in said
    assert "Reading package lists" in (newcomer.place / log[1:]).read_text()


def test_an_unknown_word_says_which_there_are(newcomer: fresh.Container) -> None:
    with pytest.raises(fresh.RigProblem, match="--demo, --quick or --tests"):
        newcomer.run([f"{CLONE}/scripts/setup", "everything"])
