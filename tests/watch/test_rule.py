from __future__ import annotations

from pathlib import Path

import pytest

from stillwatch.errors import WrongUsage
from stillwatch.records.line import Line
from stillwatch.watch.family import load_rules
from stillwatch.watch.rule import Rule, fill, named

GOOD = """
[[rule]]
id = "a-rule"
match = '''\\bboom (?P<what>[a-z]+)'''
severity = "low"
summary = "{subject}: {what}"
"""


def write(folder: Path, text: str) -> Path:
    (folder / "own.toml").write_text(text)
    return folder


def test_a_folder_of_rules_is_loaded(tmp_path: Path) -> None:
    (rule,) = load_rules([write(tmp_path, GOOD)])
    assert (rule.id, rule.at_least, rule.patterns) == ("a-rule", 1, ("\\bboom (?P<what>[a-z]+)",))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (("severity", "severty"), "severty"),
        (('"low"', '"awful"'), "severity"),
        (("boom", "boom("), "match"),
        (("boom", "(?=boom)"), "only plain, named and atomic groups"),
        (("{what}", "{who}"), "names no group"),
        (("\\bboom (?P<what>[a-z]+)", "(?P<what>x)*"), "empty line"),
        (("[[rule]]", "[[rule"), "own.toml"),
        (("\\bboom", "bo\\\\1om"), "back references"),
    ],
)
def test_a_broken_rule_is_told_with_its_file(tmp_path: Path, change: tuple[str, str], words: str) -> None:
    text = GOOD.replace(*change).replace("\\\\1", "\\1")
    with pytest.raises(WrongUsage, match=words) as caught:
        load_rules([write(tmp_path, text)])
    assert "own.toml" in str(caught.value)


def test_an_id_may_be_used_once(tmp_path: Path) -> None:
    with pytest.raises(WrongUsage, match="twice"):
        load_rules([write(tmp_path, GOOD + GOOD)])


def test_a_summary_leaves_out_what_was_not_extracted() -> None:
    assert fill("port[ {port}] taken", {}) == "port taken"
    assert fill("port[ {port}] taken", {"port": "80"}) == "port 80 taken"


def test_trusted_only_refuses_forged_words_in_a_journal_alone() -> None:
    rule = Rule(id="a-rule", match="x", severity="low", summary="s", trusted_only=True)
    assert not rule.suits(Line(0.0, b"x", "y", "journal"))
    assert rule.suits(Line(0.0, b"x", "y", "journal", trusted=True))
    assert rule.suits(Line(0.0, b"x", "y", "log"))


def test_programs_and_priority_narrow_a_rule() -> None:
    rule = Rule(id="a-rule", match="x", severity="low", summary="s", programs=("ssh*",), priority=3)
    assert rule.suits(Line(0.0, b"x", "sshd", "journal", {"PRIORITY": b"3"}))
    assert not rule.suits(Line(0.0, b"x", "sshd", "journal", {"PRIORITY": b"6"}))
    assert not rule.suits(Line(0.0, b"x", "nginx", "log"))


def test_a_name_is_empty_where_a_field_is_missing() -> None:
    assert named("{device}[ on {host}]", {"device": "sda"}) == "sda"
    assert named("{device}", {"host": "x"}) == ""


def test_a_name_is_the_first_alternative_that_is_known() -> None:
    template = "{disk}|scsi {address}|disk"
    assert named(template, {"disk": "sda", "address": "0:0:0:0"}) == "sda"
    assert named(template, {"address": "0:0:0:0"}) == "scsi 0:0:0:0"
    assert named(template, {}) == "disk"
