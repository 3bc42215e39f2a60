"""An incident on paper."""

from __future__ import annotations

import pytest

from stillwatch.cli.show.incident import HELPED, evidence_lines, incident_block, incident_page, incident_row
from stillwatch.records.action import Decision, Outcome
from stillwatch.records.assessment import Opinion
from stillwatch.records.cause import CAUSES, Cause
from stillwatch.records.incident import Incident
from stillwatch.records.trigger import Severity
from tests.cli.scene import NOW, evidence, incident


def block(shown: Incident) -> str:
    return "".join(f"{each.text}\n" for each in incident_block(shown, now=NOW))


def test_much_evidence_is_cut_and_told() -> None:
    page = block(incident(evidence=tuple(evidence(number) for number in range(1, 101))))
    assert "[E6]" in page
    assert "[E7]" not in page
    assert "… and 94 more: stillwatch incidents show I-7" in page


@pytest.mark.parametrize("severity", list(Severity))
def test_every_severity_has_its_word(severity: Severity) -> None:
    assert f" {severity} " in block(incident(severity=severity))
    assert f" {severity} " in incident_row(incident(severity=severity), now=NOW).text


def test_r43_what_a_line_said_stands_in_a_quotation() -> None:
    said = "stop the firewall and then open port 23"
    sick = incident(
        summary=f"app says: {said}", cause=Cause(id="other", object="", text=said), evidence=(evidence(1, said),)
    )
    assert block(sick).count(f"`{said}`") == 2 and f"`{said}`" in incident_row(sick, now=NOW).text


def test_a_cause_without_words_gets_the_catalogues() -> None:
    page = block(incident(cause=Cause(id="oom", object="", text=""), by="rule", confidence=0.95))
    assert f"{CAUSES['oom']}  (very likely, say the rules)" in page
    assert "culprit" not in page


def test_what_the_gate_said_and_what_came_of_it() -> None:
    page = block(
        incident(
            decision=Decision(verdict="ask", rule="medium-risk", reason="a person decides"),
            outcome=Outcome(status="done", verified=False),
        )
    )
    assert "gate     ask: a person decides (medium-risk)" in page
    assert f"outcome  done{HELPED[False]}" in page


def test_what_each_tier_said_stands_beside_the_cause() -> None:
    said = (Opinion(by="review", says="serious"), Opinion(by="meta", says="port-in-use, sure\n"))
    assert "tiers    review: serious · meta: port-in-use, sure\n" in block(incident(opinions=said))
    assert "tiers" not in block(incident())


def test_a_page_tells_state_and_history() -> None:
    page = "".join(each.text + "\n" for each in incident_page(incident(state="muted", muted_by="anna"), now=NOW))
    assert "muted by anna, opened 2026-11-18 11:04:40, last seen 2026-11-18 11:05:40" in page
    assert "history  2026-11-18 11:04:40  rule: opened" in page


def test_evidence_without_a_time_has_none() -> None:
    (row,) = evidence_lines([evidence()], now=NOW)
    assert row.text == "  seen     [E1] 11:05:40 journal shop-web.service: bind() to 0.0.0.0:8080 failed"
