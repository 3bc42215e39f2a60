"""`run`: hands over to the daemon and ends as it ends."""

from __future__ import annotations

from typing import Any

import pytest

from stillwatch.errors import NotReachable
from tests.cli.conftest import Stillwatch


def ending(how: Any) -> Any:
    """A daemon that ends at once: with this exit code, or by raising."""

    async def run(app: Any) -> int:
        if isinstance(how, Exception):
            raise how
        return int(how)

    return run


@pytest.mark.parametrize("code", [0, 3])
def test_the_exit_code_is_the_daemons(stillwatch: Stillwatch, monkeypatch: pytest.MonkeyPatch, code: int) -> None:
    monkeypatch.setattr("stillwatch.run.run_daemon", ending(code))
    said = stillwatch("run")
    assert (said.code, said.err) == (code, "")


def test_a_second_daemon_is_one_line_and_exit_5(stillwatch: Stillwatch, monkeypatch: pytest.MonkeyPatch) -> None:
    turned_away = NotReachable("another daemon runs over /x", next_step="stop it first")
    monkeypatch.setattr("stillwatch.run.run_daemon", ending(turned_away))
    said = stillwatch("run")
    assert said.code == 5 and "another daemon runs" in said.err and "stop it first" in said.err
    assert "Traceback" not in said.err


def test_it_takes_no_arguments_of_its_own(stillwatch: Stillwatch) -> None:
    assert stillwatch("run", "now").code == 2
