"""Errors speak one line, with the way out and the promised exit code."""

from __future__ import annotations

import pytest

from stillwatch.errors import NotReachable, StillwatchError, WrongUsage


def test_an_error_is_one_line_with_the_next_step() -> None:
    assert str(StillwatchError("no model", next_step="stillwatch models pull")) == "no model – stillwatch models pull"
    assert str(StillwatchError("no model")) == "no model"


@pytest.mark.parametrize(("kind", "code"), [(StillwatchError, 1), (WrongUsage, 2), (NotReachable, 5)])
def test_each_kind_has_the_exit_code_that_scripts_rely_on(kind: type[StillwatchError], code: int) -> None:
    assert kind("x").exit_code == code
