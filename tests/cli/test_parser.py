"""One command's words: a group's name alone lists, an option may stand first, and a complaint is one line."""

from __future__ import annotations

import argparse
import importlib
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest

from stillwatch.cli.families import FAMILIES
from stillwatch.cli.global_options import door
from stillwatch.cli.parser import Command, Group, _first_sentence, perform
from stillwatch.errors import WrongUsage
from tests.cli.conftest import Stillwatch
from tests.cli.gate_scene import trial_app

seen: list[tuple[str, dict[str, object]]] = []


def listing(*, loud: bool) -> int:
    """List them.

    example:
      stillwatch things
    """
    seen.append(("list", {"loud": loud}))
    return 0


def showing(*, name: str, loud: bool) -> int:
    """Show one.

    example:
      stillwatch things show x
    """
    seen.append(("show", {"name": name, "loud": loud}))
    return 3


def loud(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--loud", action="store_true")


def named(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("name", metavar="NAME")
    loud(parser)


GROUP = Group(
    help="There are things.",
    members={"list": Command(run=listing, arguments=loud), "show": Command(run=showing, arguments=named)},
)


@pytest.fixture(autouse=True)
def nothing_seen() -> None:
    seen.clear()


@pytest.mark.parametrize("words", [[], ["list"]])
def test_the_name_alone_lists(words: list[str]) -> None:
    assert perform("things", "Things.", GROUP, words) == 0
    assert seen == [("list", {"loud": False})]


@pytest.mark.parametrize("words", [["show", "x", "--loud"], ["--loud", "show", "x"], ["show", "--loud", "x"]])
def test_an_option_may_stand_before_the_verb(words: list[str]) -> None:
    assert perform("things", "Things.", GROUP, words) == 3
    assert seen == [("show", {"name": "x", "loud": True})]


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["frob"], "there are: list, show"),
        (["show"], "missing NAME"),
        (["show", "x", "y"], "unrecognized arguments: y"),
        (["--lou"], "--lou"),
    ],
)
def test_wrong_words_are_wrong_usage(words: list[str], says: str) -> None:
    with pytest.raises(WrongUsage, match=says) as caught:
        perform("things", "Things.", GROUP, words)
    assert "\n" not in str(caught.value)
    assert seen == []


def test_help_of_a_group_and_of_a_member(capsys: pytest.CaptureFixture[str]) -> None:
    assert perform("things", "Things.", GROUP, ["--help"]) == 0
    page = capsys.readouterr().out
    assert "list  List them." in page
    assert "Things.\n\nThere are things." in page
    assert perform("things", "Things.", GROUP, ["show", "-h"]) == 0
    assert "usage: stillwatch things show" in capsys.readouterr().out
    assert seen == []


@pytest.mark.parametrize(
    "words", [["note", "x"], ["status"], ["incidents"], ["keys"], ["ask", "x"], ["models", "pull", "x"]]
)
def test_a_person_beside_a_closed_service_is_told_whose_state_it_is(
    words: list[str], trial: Stillwatch, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = trial_app(tmp_path)
    closed = replace(app, paths=msgspec.structs.replace(app.paths, closed_service=True))
    monkeypatch.setattr(door, "build", lambda _: closed)
    said = trial(*words)
    assert (said.code, said.out) == (5, "")
    assert f"sudo stillwatch {' '.join(words)}" in said.err
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("name", FAMILIES)
def test_every_line_of_a_help_is_a_whole_sentence(name: str) -> None:
    command = importlib.import_module(f"stillwatch.cli.commands.{FAMILIES[name].module}").command
    members = command.members.values() if isinstance(command, Group) else [command]
    for member in members:
        said = _first_sentence(member.run)
        assert said.endswith((".", "!", "?")), said
