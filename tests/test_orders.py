from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stillwatch.orders import Order, came_of, exact_order, how_to_approve
from stillwatch.records.action import Proposal


@pytest.mark.parametrize(
    ("message", "order"),
    [
        ("approve A-17 482913", Order(verb="approve", id="A-17", code="482913")),
        ("  APPROVE\ta-1   000000 \n", Order(verb="approve", id="A-1", code="000000")),
        ("reject A-2", Order(verb="reject", id="A-2")),
        ("Pause", Order(verb="pause")),
        ("resume", None),
        ("pause now", None),
        ("approve A-17 482913\nand A-18", None),
        ("approve A-01 482913", None),
        ("approve A-1 482913\u200b", None),
        ("approve A-17\n482913", None),
        ("reject\nA-17", None),
        ("pau\u017fe", None),
        ("approve A-17 ４８２９１３", None),
        ("approve А-17 482913", None),
        ("\u202eapprove A-17 482913", None),
        ("pause" + " " * 10_000 + "is what I would never do", None),
        (("pause" + " " * 10_000 + "never")[:8_000], None),
    ],
)
def test_the_grammar(message: str, order: Order | None) -> None:
    assert exact_order(message) == order


@given(st.text(max_size=60), st.text(min_size=1, max_size=20).filter(lambda text: bool(text.strip())))
def test_words_beside_an_order_make_it_none(before: str, after: str) -> None:
    assert exact_order(f"approve A-17 482913 {after}") is None or after.strip() == ""
    assert before.strip() == "" or exact_order(f"{before} reject A-17") is None


@pytest.mark.parametrize(
    ("reply", "words"),
    [
        ({"state": "done", "outcome": {"verified": True}}, "is done, and it helped"),
        ({"state": "done", "outcome": {"verified": False}}, "its success test failed"),
        ({"state": "done", "outcome": None}, "not measured yet"),
        ({"state": "waiting", "risk": "high"}, "only `stillwatch approvals approve A-9` on the host"),
        ({"state": "refused", "decision": {"reason": "protected unit"}}, "refused by the policy: protected unit"),
        ({"state": "approved"}, "not carried out yet"),
        ({"state": "undone", "outcome": {}}, "is undone"),
    ],
)
def test_what_came_of_it_is_said_in_fixed_words(reply: dict[str, Any], words: str) -> None:
    proposal = Proposal(action="restart_unit", target="web.service")
    assert words in came_of({"id": "A-9", **reply}, proposal)


def test_high_risk_is_never_approved_by_code() -> None:
    assert "CODE" not in how_to_approve("A-1", "high") and "CODE" in how_to_approve("A-1", "low")
