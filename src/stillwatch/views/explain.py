"""What `explain` and `autonomy` print."""

from __future__ import annotations

from typing import Annotated

from msgspec import UNSET, UnsetType

from stillwatch.config import Autonomy, says
from stillwatch.records.action import Verdict
from stillwatch.views.gate import Explained, GateStatus, Risk, Standing, Tally
from stillwatch.views.incident import DecisionView
from stillwatch.views.shape import Exact


class ExplainView(Exact):
    """What would become of an action, or of a command line that is to look."""

    verdict: Annotated[Verdict, says("What would become of it at the level that holds.")]
    rule: Annotated[str, says("The rule that decides.")]
    reason: Annotated[str, says("Why, in one sentence.")]
    risk: Annotated[Risk, says("How much could go wrong.")]
    argv: Annotated[list[str] | None, says("The words of a command line as they would be run.")]
    missing: Annotated[list[str], says("Programs and units that this host lacks; the verdict is of the words alone.")]
    by_autonomy: Annotated[dict[Autonomy, Verdict], says("The verdict at each level.")]
    does: Annotated[str | UnsetType, says("What would be done.")] = UNSET
    blast_radius: Annotated[str | UnsetType, says("Whom else it hits.")] = UNSET
    success: Annotated[str | UnsetType, says("What would be measured afterwards.")] = UNSET
    now: Annotated[Standing | UnsetType, says("How it stands now.")] = UNSET
    rules: Annotated[dict[Autonomy, DecisionView] | UnsetType, says("The rule and its reason at each level.")] = UNSET

    @classmethod
    def of(cls, explained: Explained) -> ExplainView:
        """Of an action."""
        return cls(
            verdict=explained.verdict,
            rule=explained.rule,
            reason=explained.reason,
            risk=explained.risk,
            argv=explained.argv,
            missing=explained.missing,
            by_autonomy={level: decision.verdict for level, decision in explained.by_autonomy.items()},
            does=explained.does,
            blast_radius=explained.blast_radius,
            success=explained.success,
            now=explained.now,
            rules=explained.by_autonomy,
        )


class AutonomyView(Exact):
    """How far it may go by itself, and what holds it back."""

    gate: Annotated[bool, says("Whether a gate answered.")]
    level: Annotated[Autonomy, says("The level that holds.")]
    ceiling: Annotated[Autonomy, says("The level that the configuration file allows at most.")]
    paused: Annotated[bool | None, says("Whether it is paused; null where no gate answered.")]
    problem: Annotated[str, says("Why the gate refuses everything; empty where it does not.")]
    quarantine: Annotated[list[str], says("What is left alone, since it was mended too often.")]
    ledger: Annotated[list[Tally], says("How actions fared so far.")]
    trial: Annotated[bool, says("Whether one user proposes and approves.")]
    why: Annotated[str | UnsetType, says("Why no gate answered.")] = UNSET

    @classmethod
    def of(cls, status: GateStatus) -> AutonomyView:
        """As the gate says it."""
        return cls(
            gate=True,
            level=status.level,
            ceiling=status.ceiling,
            paused=status.paused,
            problem=status.problem,
            quarantine=status.quarantine,
            ledger=status.ledger,
            trial=status.trial,
        )
