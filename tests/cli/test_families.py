"""Each command that is named lives in its file, and each file of a command is named."""

from __future__ import annotations

import importlib

import pytest

from stillwatch.cli.families import FAMILIES, overview
from stillwatch.cli.parser import Command, Group


@pytest.mark.parametrize("name", sorted(FAMILIES))
def test_each_command_has_its_file(name: str) -> None:
    command = importlib.import_module(f"stillwatch.cli.commands.{FAMILIES[name].module}").command
    members = command.members.values() if isinstance(command, Group) else [command]
    for member in members:
        assert isinstance(member, Command)
        assert "example" in (member.run.__doc__ or "")


def test_the_overview_fits_a_terminal() -> None:
    assert max(map(len, overview().splitlines())) <= 90
    assert len(overview().splitlines()) <= 55
