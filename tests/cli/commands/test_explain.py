"""`explain`: the JSON of the contract, exit codes, and words that try to be more than words."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from stillwatch.cli.commands.explain import read_arguments
from stillwatch.errors import WrongUsage
from stillwatch.gate.policy import LEVELS
from tests.cli.conftest import Stillwatch

KEYS = {"verdict", "rule", "reason", "risk", "argv", "missing", "by_autonomy"}


def test_a_diagnostic_is_allowed(trial: Stillwatch) -> None:
    said = trial("explain", "command", "--json", "--", "df -h")
    shown = json.loads(said.out)
    assert said.code == 0
    assert set(shown) == KEYS
    assert shown["argv"][1:] == ["-h"]
    assert shown["argv"][0].endswith("/df")
    assert shown["by_autonomy"] == dict.fromkeys(LEVELS, "allow")
    assert trial("explain", "command", "--", "df", "-h").code == 0


@pytest.mark.parametrize(
    "line", ["rm -rf /", "df -h; id", "df $(id)", "", " ", "\x00", "journalctl --vacuum-size=1", "\udcff"]
)
def test_what_is_not_is_refused(trial: Stillwatch, line: str) -> None:
    said = trial("explain", "command", "--json", "--", line)
    shown = json.loads(said.out)
    assert (said.code, shown["verdict"], shown["argv"]) == (4, "refuse", None)
    assert shown["reason"]


def test_an_action_is_judged_by_its_words_where_there_is_no_systemd(trial: Stillwatch) -> None:
    said = trial("explain", "action", "restart_unit", "no-such-thing.service", "--json")
    shown = json.loads(said.out)
    assert said.code == 3
    assert set(shown) >= KEYS
    assert shown["missing"] == ["no-such-thing.service"]
    assert shown["by_autonomy"] == {"observe": "refuse", "suggest": "ask", "auto-safe": "ask", "auto-full": "ask"}
    assert shown["rules"]["suggest"]["rule"] == shown["rule"]
    page = trial("explain", "action", "restart_unit", "no-such-thing.service").out
    assert re.search(r"^ *missing +no-such-thing.service", page, re.MULTILINE)
    assert "auto-full" in page


@pytest.mark.parametrize("target", ["sshd.service", "ssh.socket", "stillwatch.service", "dbus.service", "init.scope"])
def test_what_is_protected_is_refused_at_every_level(trial: Stillwatch, target: str) -> None:
    said = trial("explain", "action", "restart_unit", target, "--json")
    assert said.code == 4
    assert set(json.loads(said.out)["by_autonomy"].values()) == {"refuse"}


@pytest.mark.parametrize(
    "words",
    [
        ("restart_unit", "a;b.service"),
        ("restart_unit", "../x.service"),
        ("restart_unit", "ｎginx.service"),
        ("restart_unit", "x" * 9000),
        ("restart_unit", ""),
        ("no_such_action", "nginx.service"),
        ("", ""),
        ("restart_unit", "nginx.service", "--argument", "risk=low"),
        ("restart_unit", "nginx.service", "--argument", "once=7"),
        ("restart_unit", "--", "--now.service"),
        ("restart_unit", "\udcff.service"),
    ],
)
def test_odd_words_are_refused_and_never_break_it(trial: Stillwatch, words: tuple[str, ...]) -> None:
    at = words.index("--") if "--" in words else len(words)
    said = trial("explain", "action", *words[:at], "--json", *words[at:])
    assert said.code == 4, said.err
    assert json.loads(said.out)["verdict"] == "refuse"


def test_a_policy_that_is_not_believed_refuses(trial: Stillwatch, tmp_path: Path) -> None:
    (tmp_path / "policy.toml").write_text("[[rule]]\nname = 7\n")
    said = trial("explain", "action", "restart_unit", "nginx.service", "--json")
    assert said.code == 4
    assert "policy.toml" in json.loads(said.out)["reason"]


def test_arguments_are_read_as_what_they_are() -> None:
    given = ["port=8080", "once=true", "unit=a=b", "name=007", "empty="]
    assert read_arguments(given) == {"port": 8080, "once": True, "unit": "a=b", "name": "007", "empty": ""}


@pytest.mark.parametrize("given", [["port"], ["=1"], ["a=1", "a=2"], [""]])
def test_arguments_that_are_none(given: list[str]) -> None:
    with pytest.raises(WrongUsage):
        read_arguments(given)


def test_the_name_alone_is_the_help(trial: Stillwatch) -> None:
    said = trial("explain")
    assert said.code == 0
    assert "explain command -- 'df -h'" in said.out
