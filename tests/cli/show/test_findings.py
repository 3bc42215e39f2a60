"""What the doctor found, on paper."""

from __future__ import annotations

from stillwatch.cli.show.findings import finding_lines
from stillwatch.records.report import Checked

GOOD = Checked(topic="systemd", ok=True, text="runs")
BAD = Checked(topic="journal", ok=False, text="closed\x1b", mend="usermod -aG systemd-journal anna")


def test_each_problem_with_what_mends_it() -> None:
    assert [each.text for each in finding_lines([GOOD, BAD])] == [
        "✓ systemd  runs",
        "✗ journal  closed",
        "           mend: usermod -aG systemd-journal anna",
        "",
        "1 problem",
    ]


def test_all_well() -> None:
    assert [each.text for each in finding_lines([GOOD])][-1] == "All well."
