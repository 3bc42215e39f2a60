"""What the gate answers, whole, from the few fields that a test is about."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from stillwatch.views.gate import APPROVE, EXPLAIN, LIST, PROPOSE, REJECT, SHOW, STATUS, KeptProposal, Verb

ASKED: Mapping[str, Any] = {"verdict": "ask", "rule": "default", "reason": "a person decides"}
SHOWN: Mapping[str, Any] = {
    "does": "restart web.service",
    "success": "it runs",
    "now": "it is failed",
    "cause": "",
    "blast_radius": "",
    "undoable": True,
}
KEPT: Mapping[str, Any] = {
    "id": "A-17",
    "at": 1_795_000_000.0,
    "state": "waiting",
    "action": "restart_unit",
    "target": "web.service",
    "arguments": {},
    "risk": "low",
    "hash": "ab" * 32,
    "made": None,
    "approver": "",
    "incident": "",
    "decision": ASKED,
    "outcome": None,
    "shown": SHOWN,
    "untrusted": {"because": ""},
}
REFUSED: Mapping[str, Any] = {"id": None, "state": "refused", "risk": None, "decision": ASKED, "outcome": None}
EXPLAINED: Mapping[str, Any] = {
    **ASKED,
    "risk": "low",
    "argv": None,
    "missing": [],
    "by_autonomy": dict.fromkeys(("observe", "suggest", "auto-safe", "auto-full"), ASKED),
    "does": "",
}
STANDING: Mapping[str, Any] = {
    "level": "suggest",
    "ceiling": "suggest",
    "paused": False,
    "problem": "",
    "policy": "0",
    "trial": True,
    "busy": False,
    "proposals": {},
    "quarantine": [],
    "codes": {"enrolled": False, "locked": False},
    "ledger": [],
    "audit": {"seq": 0, "anchored": True},
}


def whole(verb: Verb[Any], few: Mapping[str, Any]) -> Any:
    """The answer to the verb."""
    return verb.read(_WHOLE.get(verb.name, dict)(few))


def kept(**few: Any) -> KeptProposal:
    return SHOW.read(_kept(few))


def _kept(few: Mapping[str, Any]) -> dict[str, Any]:
    found = {**KEPT, **few}
    for name, all_of_it in (("decision", ASKED), ("shown", SHOWN)):
        found[name] = {**all_of_it, **found[name]}
    if found["outcome"] is not None:
        found["outcome"] = {"status": "done", "verified": None, "said": "", **found["outcome"]}
    return found


def _proposed(few: Mapping[str, Any]) -> dict[str, Any]:
    if few.get("state") != "refused":
        return _kept(few)
    return {**REFUSED, **few, "id": None, "decision": {**ASKED, **few.get("decision", {}), "verdict": "refuse"}}


_WHOLE: Mapping[str, Callable[[Mapping[str, Any]], dict[str, Any]]] = {
    LIST.name: lambda few: {"proposals": [_kept(one) for one in few["proposals"]]},
    PROPOSE.name: _proposed,
    **dict.fromkeys((SHOW.name, APPROVE.name, REJECT.name), _kept),
    EXPLAIN.name: lambda few: {**EXPLAINED, **few},
    STATUS.name: lambda few: {**STANDING, **few},
}
