"""What somebody thinks of an incident: the rules, the review tier or the meta tier."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from stillwatch.records.action import Proposal
from stillwatch.records.cause import Cause


@dataclass(frozen=True, kw_only=True, slots=True)
class Opinion:
    """What one tier said, in a few words of fixed code ("serious", "port-in-use, sure"), shown beside the cause."""

    by: str
    says: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Assessment:
    """evidence: ids ("E3") that carry the cause; next: what should happen now; notes: what a person should read too.

    over: why it is no fault any more; meant: somebody's note that it is wanted so.
    """

    by: Literal["rule", "review", "meta"]
    cause: Cause | None
    evidence: tuple[str, ...] = ()
    confidence: float = 0.0
    next: Literal["none", "tell", "escalate", "act"] = "tell"
    proposal: Proposal | None = None
    notes: tuple[str, ...] = ()
    over: str = ""
    meant: str = ""
