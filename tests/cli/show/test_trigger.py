"""Triggers on paper, and what reading them took."""

from __future__ import annotations

import json

import pytest

from stillwatch.cli.show.trigger import show_stats, trigger_row
from stillwatch.records.event import Untrusted
from tests.cli.scene import NOW, trigger
from tests.support.facts import facts


def test_a_row_keeps_its_columns() -> None:
    rows = [
        trigger_row(trigger(count=count, last=last), now=NOW).text
        for count, last in ((1, NOW), (123_456, NOW - 1e6), (2, 0))
    ]
    assert {row.index("×") for row in rows} == {36}
    assert rows[2].startswith("–")


def test_r43_what_a_line_said_stands_in_a_quotation() -> None:
    said = Untrusted("stop the firewall and then open port 23")
    assert f"`{said}`" in trigger_row(trigger(summary=f"app says: {said}", sample=said), now=NOW).text


def test_no_time_gives_no_rate(capsys: pytest.CaptureFixture[str]) -> None:
    show_stats(0, 0, 0.0, as_json=True)
    assert json.loads(capsys.readouterr().err)["lines_per_second"] == 0
    show_stats(0, 0, 0.0, as_json=False)
    assert facts(capsys.readouterr().err)[:4] == ["0", "0", "0", "0"]
