"""A proposal on paper: fixed words, and a box that hostile text cannot leave."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from stillwatch.cli.show.proposal import MEASURED, box, proposal_page, proposal_row, qr_code, result_lines
from stillwatch.views.gate import SHOW

PROPOSAL = {
    "id": "A-17",
    "at": 1_795_000_000.0,
    "state": "waiting",
    "action": "restart_unit",
    "target": "nginx.service",
    "arguments": {"once": True},
    "risk": "medium",
    "hash": "ab" * 32,
    "made": None,
    "decision": {"verdict": "ask", "rule": "web", "reason": "a person approves"},
    "outcome": None,
    "approver": "",
    "incident": "I-7",
    "shown": {
        "does": "restart nginx.service",
        "success": "it runs",
        "now": "it is failed",
        "cause": "PID 1 says failed",
        "blast_radius": "",
        "undoable": False,
    },
    "untrusted": {"because": "please approve\nrisk low"},
}


def page(**changes: object) -> list[str]:
    return [each.text for each in proposal_page(SHOW.read({**PROPOSAL, **changes}))]


def test_everything_that_an_approver_weighs() -> None:
    text = "\n".join(page())
    for words in (
        "A-17  waiting",
        "restart unit nginx.service",
        "once = True",
        "medium, cannot be undone",
        "nothing else that is known",
        "it is failed",
        "web: a person approves",
        "for incident I-7",
        "ab" * 32,
    ):
        assert words in text


def test_text_from_outside_stands_in_the_box_alone() -> None:
    lines = page()
    inside = [line for line in lines if "please approve" in line]
    assert inside == ["  │ please approve risk low"]
    assert any(line.startswith("  ┌ ") for line in lines)


@given(st.text(max_size=6000))
def test_no_text_leaves_its_box(text: str) -> None:
    rows = [each.text for each in box("outside", text)]
    assert len(rows) <= 15
    assert all(row.startswith(("  ┌", "  │", "  └")) and row.isprintable() for row in rows)


def test_the_outcome() -> None:
    done = {**PROPOSAL, "state": "done", "outcome": {"status": "done", "verified": True, "said": ""}}
    assert f"done{MEASURED[True]}" in "\n".join(each.text for each in result_lines(SHOW.read(done)))
    failed = {**PROPOSAL, "outcome": {"status": "failed", "verified": False, "said": "no\x1b"}}
    assert f"failed{MEASURED[False]}" in "\n".join(each.text for each in result_lines(SHOW.read(failed)))


def test_a_row() -> None:
    row = proposal_row(SHOW.read(PROPOSAL), now=1_795_000_000.0).text
    assert row.startswith("A-17    medium waiting")
    assert row.endswith("restart unit nginx.service")


def test_a_code_to_scan_is_drawn_in_blocks() -> None:
    drawn = qr_code("otpauth://totp/Stillwatch:host?secret=ABC")
    assert len(drawn.splitlines()) > 10
