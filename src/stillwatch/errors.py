"""Errors that a person can act on: one clear line, the next step, and the exit code of CONTRACT."""

from __future__ import annotations


class StillwatchError(Exception):
    """Something went wrong that the user should hear about in one line.

    `next_step` names what to do about it; `exit_code` is what a command ends with.
    """

    exit_code = 1

    def __init__(self, message: str, *, next_step: str = "") -> None:
        super().__init__(message)
        self.next_step = next_step

    def __str__(self) -> str:
        message = super().__str__()
        return f"{message} – {self.next_step}" if self.next_step else message


class WrongUsage(StillwatchError):
    """An argument or a file named by the user cannot be used (exit 2)."""

    exit_code = 2


class NotReachable(StillwatchError):
    """A needed part (daemon, gate, model, bus, journal) does not answer (exit 5)."""

    exit_code = 5


class BadAnswer(StillwatchError):
    """A model's answer could not be decoded; it means "a human should look", never "healthy"."""
