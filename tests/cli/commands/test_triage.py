"""`triage`: a line a trigger; statistics apart from them."""

from __future__ import annotations

import json

from stillwatch.records.event import Untrusted
from tests.cli.conftest import Stillwatch
from tests.cli.scene import FakeService, trigger
from tests.support.facts import facts


def test_one_json_line_a_trigger(service: FakeService, stillwatch: Stillwatch) -> None:
    service.triggers = [trigger(), trigger(subject="x", sample=Untrusted("two\nlines\x1b[0m"))]
    said = stillwatch("triage", "-", "--json")
    lines = [json.loads(line) for line in said.out.splitlines()]
    assert [line["subject"] for line in lines] == ["shop-web.service", "x"]
    assert set(lines[0]) == {
        "at", "host", "rule", "severity", "summary", "subject", "count", "first", "last", "fields", "sample",
    }  # fmt: skip
    assert said.err == ""
    assert service.asked == [("triage", {"journal": None, "log": "-"})]


def test_a_table_for_people(service: FakeService, stillwatch: Stillwatch) -> None:
    service.triggers = [trigger(summary="a\nb\x1b[2J")]
    (row,) = stillwatch("triage").out.splitlines()
    assert row.startswith("11:05:40")
    assert "high" in row
    assert "3× shop-web.service  a b[2J  [bind-in-use]" in row


def test_statistics_go_to_stderr(service: FakeService, stillwatch: Stillwatch) -> None:
    service.triggers = [trigger()]
    words, numbers = stillwatch("triage", "--stats"), stillwatch("triage", "--stats", "--json")
    assert facts(words.err)[:4] == ["1,000", "1", "250", "4,000"]
    found = json.loads(numbers.err)
    assert (found["lines"], found["triggers"], found["lines_per_second"]) == (1000, 1, 4000)
    assert found["peak_memory_bytes"] > 1_000_000
    assert len(numbers.out.splitlines()) == 1


def test_silence_is_good(stillwatch: Stillwatch) -> None:
    said = stillwatch("triage")
    assert (said.code, said.out, said.err) == (0, "", "")


def test_nothing_at_all_is_told(service: FakeService, stillwatch: Stillwatch) -> None:
    service.log_lines = 0
    said = stillwatch("triage", "--json")
    assert (said.code, said.out) == (0, "")
    assert said.err.startswith("stillwatch: ") and len(said.err.splitlines()) == 1
