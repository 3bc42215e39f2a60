"""Errors speak one line, with the way out and the promised exit code."""

from __future__ import annotations

import errno
import os

import pytest

from stillwatch.errors import NotReachable, StillwatchError, WrongUsage, unusable


def test_an_error_is_one_line_with_the_next_step() -> None:
    assert str(StillwatchError("no model", next_step="stillwatch models pull")) == "no model – stillwatch models pull"
    assert str(StillwatchError("no model")) == "no model"


@pytest.mark.parametrize(("kind", "code"), [(StillwatchError, 1), (WrongUsage, 2), (NotReachable, 5)])
def test_each_kind_has_the_exit_code_that_scripts_rely_on(kind: type[StillwatchError], code: int) -> None:
    assert kind("x").exit_code == code


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EROFS, errno.EACCES, errno.EIO, errno.EDQUOT])
def test_what_the_system_refuses_is_told_in_words_with_the_way_out(number: int) -> None:
    error = unusable("/srv/state/x.db", OSError(number, os.strerror(number)))
    assert isinstance(error, NotReachable) and error.next_step
    assert "/srv/state/x.db" in str(error) and "Errno" not in str(error)


def test_what_the_system_says_of_anything_else_is_passed_on() -> None:
    assert str(unusable("/x", OSError(errno.ELOOP, "Too many levels"))) == "/x: Too many levels"
