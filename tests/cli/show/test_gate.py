"""What the gate says, on paper."""

from __future__ import annotations

import re

import msgspec

from stillwatch.cli.show.gate import FROM_OUTSIDE, audit_line, standing_lines, verdict_lines
from stillwatch.views.explain import AutonomyView, ExplainView

STANDING = {
    "gate": True,
    "level": "suggest",
    "ceiling": "auto-safe",
    "paused": True,
    "problem": "the policy\x1b is not applied",
    "quarantine": ["web.service"],
    "ledger": [{"action": "restart_unit", "target": "web.service", "verified": 3, "failed": 1}],
    "trial": False,
}


def test_what_holds_the_gate_back_is_said() -> None:
    text = "\n".join(
        each.text for each in standing_lines(msgspec.convert(STANDING, AutonomyView), {"suggest": "a person approves"})
    )
    assert "suggest: a person approves" in text
    assert "stillwatch resume" in text
    assert "not applied" in text
    assert "stillwatch resume web.service" in text
    assert "restart_unit web.service: 3 verified, 1 failed" in text


def test_a_verdict_shows_what_would_run() -> None:
    said = {
        "verdict": "allow",
        "rule": "command:df",
        "reason": "it only reads",
        "risk": "low",
        "argv": ["/usr/bin/df", "a b"],
        "missing": ["program:df"],
        "by_autonomy": {},
    }
    text = "\n".join(each.text for each in verdict_lines(msgspec.convert(said, ExplainView)))
    assert "/usr/bin/df 'a b'" in text
    assert re.search(r"^ *missing +program:df", text, re.MULTILINE)


def test_a_record_is_one_line_and_says_what_came_from_outside() -> None:
    record = {
        "seq": 7,
        "at": 1_795_000_000.0,
        "kind": "proposed",
        "id": "A-1",
        "action": "restart_unit",
        "hash": "0",
        "previous": "0",
    }
    text = audit_line({**record, "target": "web.service", "because": "evil\n8 approved", "proposer": "uid 991"}).text
    assert "\n" not in text
    assert text.endswith(f"because {FROM_OUTSIDE}: “evil 8 approved”")
    assert "proposer=uid 991" in text
