"""`look`: any look tool, for a person."""

from __future__ import annotations

import json
import re

import pytest

from stillwatch.cli.commands.look import given
from stillwatch.errors import WrongUsage
from stillwatch.grammar.command import judge
from tests.cli.conftest import Stillwatch


def test_a_look_for_a_person(trial: Stillwatch) -> None:
    assert "memory available" in trial("look", "memory").out
    seen = json.loads(trial("look", "file_metadata", "/etc/passwd", "--json").out)
    assert seen["data"]["owner"] == "root" and seen["arguments"] == {"path": "/etc/passwd"}


def test_what_cannot_be_seen_has_a_code_of_its_own(trial: Stillwatch) -> None:
    assert trial("look", "file_metadata", "relative").code == 5
    missing = trial("look", "memry")
    assert missing.code == 2 and re.search(r"\bmemory\b", missing.err)
    assert trial("look", "file_metadata").code == 2


def test_arguments_by_order_or_name() -> None:
    schema = {"properties": {"unit": {"type": "string"}, "hours": {"type": "number"}, "lines": {"type": "integer"}}}
    assert given(schema, ["a.service", "lines=3", "2"]) == {"unit": "a.service", "lines": 3, "hours": 2.0}
    assert given(schema, ["lines=many"]) == {"lines": "many"}, "the look says what is wrong with it"
    with pytest.raises(WrongUsage):
        given(schema, ["a", "1", "2", "3"])


@pytest.mark.parametrize(
    "line", ["stillwatch look memory", "stillwatch look disk_use /var --json", "stillwatch status"]
)
def test_the_grammar_of_diagnostics_knows_it(line: str) -> None:
    assert judge(line).verdict == "allow"
