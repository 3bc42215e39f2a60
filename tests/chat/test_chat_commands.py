from __future__ import annotations

from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stillwatch.chat.chat_commands import (
    MOST_LOOKED_BACK,
    ChatCommand,
    ChatCommands,
    came_of,
    exact_order,
    how_to_approve,
)
from stillwatch.errors import StillwatchError
from stillwatch.ports import Clock
from stillwatch.records.action import Proposal
from stillwatch.service.one_pass import OnePass
from stillwatch.views.gate import PROPOSE
from tests.serve.scene import ScriptedGate
from tests.support.facts import facts
from tests.support.gate_answers import kept, whole


@pytest.mark.parametrize(
    ("message", "order"),
    [
        ("approve A-17 482913", ChatCommand(verb="approve", id="A-17", code="482913")),
        ("  APPROVE\ta-1   000000 \n", ChatCommand(verb="approve", id="A-1", code="000000")),
        ("reject A-2", ChatCommand(verb="reject", id="A-2")),
        ("Pause", ChatCommand(verb="pause")),
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
def test_the_grammar(message: str, order: ChatCommand | None) -> None:
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
        ({"state": "waiting", "risk": "high"}, "of high risk: only `stillwatch approvals approve A-9` on the host"),
        ({"state": "waiting", "shown": {"undoable": False}}, "cannot be undone: only `stillwatch approvals"),
        ({"state": "refused", "decision": {"reason": "protected unit"}}, "refused by the policy: protected unit"),
        ({"state": "approved"}, "not carried out yet"),
        ({"state": "undone", "outcome": {}}, "is undone"),
    ],
)
def test_what_came_of_it_is_said_in_fixed_words(reply: dict[str, Any], words: str) -> None:
    proposal = Proposal(action="restart_unit", target="web.service")
    assert words in came_of(whole(PROPOSE, {"id": "A-9", **reply}), proposal)


@pytest.mark.parametrize("change", [{"risk": "high"}, {"risk": "low", "shown": {"undoable": False}}])
def test_a_code_is_not_offered_where_the_gate_takes_none(change: dict[str, Any]) -> None:
    assert "CODE" not in how_to_approve("A-1", kept(**change))
    assert "CODE" in how_to_approve("A-1", kept(risk="low"))


def change(number: int, action: str, made: int | None, state: str = "done") -> dict[str, Any]:
    return {
        "id": f"A-{number}",
        "action": action,
        "target": "web.service",
        "state": state,
        "made": made,
        "incident": "",
    }


def undoing(gate: ScriptedGate) -> ChatCommands:
    return ChatCommands(service=cast(OnePass, None), clock=cast(Clock, None), gate=gate)


CAN = {"verdict": "ask", "reason": "a person approves", "does": "take back A-2: start web.service again"}
CANNOT = {"verdict": "refuse", "reason": "no action undoes reload_unit", "does": ""}
WAITS = {"id": "A-9", "state": "waiting", "action": "undo", "target": "A-2", "risk": "medium"}


async def test_undo_names_the_last_change_that_can_be_taken_back_and_why_later_ones_cannot() -> None:
    gate = ScriptedGate(
        list={"proposals": [change(5, "restart_unit", None), change(3, "reload_unit", 8), change(2, "stop_unit", 7)]},
        explain=lambda said: CAN if said["target"] == "A-2" else CANNOT,
        propose=WAITS,
    )
    text = await undoing(gate).undo()
    assert facts(text)[:5] == ["A-3", "web.service", "reload_unit", "A-2", "web.service"], (
        "the newest first, and why not"
    )
    assert CANNOT["reason"] in text and CAN["does"] in text
    assert "A-9, undo A-2" in text and "`approve A-9 CODE`" in text
    ((_, proposed),) = [one for one in gate.said if one[0] == "propose"]
    assert (proposed["action"], proposed["target"], proposed["arguments"]) == ("undo", "A-2", {})


async def test_the_last_change_is_the_one_that_was_made_last_whatever_its_number() -> None:
    listed = [change(7, "stop_unit", 3), change(4, "stop_unit", 5), change(9, "stop_unit", 6, "undone")]
    gate = ScriptedGate(list={"proposals": listed}, explain=CAN, propose=WAITS)
    assert facts(await undoing(gate).undo())[0] == "A-4"


async def test_a_yes_after_it_explains_how_to_approve_the_undo() -> None:
    text = await undoing(
        ScriptedGate(list={"proposals": [WAITS, {**WAITS, "id": "A-8", "action": "stop_unit"}]})
    ).consent([])
    assert "\n- A-9: undo A-2" in text and "`approve A-9 CODE`" in text and "A-8" in text
    assert "Nothing waits" in await undoing(ScriptedGate(list={"proposals": []})).consent([])


async def test_nothing_is_proposed_where_nothing_can_be_taken_back() -> None:
    gate = ScriptedGate(list={"proposals": [change(n, "reload_unit", n) for n in range(1, 21)]}, explain=CANNOT)
    text = await undoing(gate).undo()
    assert "A-20" in text and "A-13" in text and "A-12" not in text
    assert len(gate.said) == 1 + MOST_LOOKED_BACK
    assert "no change" in await undoing(ScriptedGate(list={"proposals": []})).undo()
    lost = ScriptedGate(list={"proposals": [change(1, "stop_unit", 1)]}, explain=StillwatchError("late"))
    assert (await undoing(lost).undo()).endswith(": late.")
    assert "cannot see" in await undoing(ScriptedGate(list=StillwatchError("no gate answers."))).undo()
