from __future__ import annotations

from pathlib import Path

import pytest

from stillwatch.watch.own_rules import load_own_rules, state_of

GOOD = """
[[rule]]
id = "{id}"
match = "frobnicator is on fire"
severity = "high"
summary = "fire"
[[rule.fires]]
line = "frobnicator is on fire"
[[rule.silent]]
line = "frobnicator is cold"
"""


def write(folder: Path, name: str, text: str) -> None:
    (folder / name).write_text(text)


def test_good_rules_go_on_beside_broken_ones_that_are_named_by_line(tmp_path: Path) -> None:
    good = GOOD.format(id="shop-fire")
    bad = GOOD.format(id="shop-bad").replace('"high"', '"hihg"')
    write(tmp_path, "a.toml", good + bad + GOOD.format(id="shop-last"))
    own = load_own_rules(tmp_path)
    assert [rule.id for rule in own.rules] == ["shop-fire", "shop-last"]
    (problem,) = own.problems
    line = (good + bad).splitlines().index("[[rule]]", 5) + 1
    assert problem.startswith(f"{tmp_path}/a.toml:{line}: rule shop-bad: ")
    assert "hihg" in problem


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("[[rule]]\nid = \n", 2, "value"),
        (GOOD.format(id="oom-kill"), 2, "defined twice"),
        (GOOD.format(id="shop-fire").replace("frobnicator is on", "(unclosed"), 2, "shop-fire"),
        ("slots = 3\n" + GOOD.format(id="shop-fire"), 1, "slots"),
    ],
)
def test_what_is_wrong_is_said_with_its_line(tmp_path: Path, text: str, line: int, words: str) -> None:
    write(tmp_path, "a.toml", text)
    write(tmp_path, "b.toml", GOOD.format(id="shop-other"))
    own = load_own_rules(tmp_path, {"oom-kill"})
    assert [rule.id for rule in own.rules] == ["shop-other"]
    assert own.problems[0].startswith(f"{tmp_path}/a.toml:{line}: ")
    assert words in own.problems[0]


def test_a_folder_that_is_missing_holds_none(tmp_path: Path) -> None:
    assert load_own_rules(tmp_path / "none").rules == ()
    assert state_of(tmp_path / "none") == ()


def test_a_change_of_a_file_shows(tmp_path: Path) -> None:
    write(tmp_path, "a.toml", "")
    before = state_of(tmp_path)
    write(tmp_path, "a.toml", GOOD)
    assert state_of(tmp_path) != before
