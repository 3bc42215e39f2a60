"""A trigger and an incident as JSON, in the shapes that scripts rely on. Times are ISO 8601 in UTC."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec.structs import asdict

from stillwatch.config import says
from stillwatch.records.action import Decision, Outcome, Proposal, Verdict
from stillwatch.records.assessment import Opinion
from stillwatch.records.cause import Cause
from stillwatch.records.incident import Evidence, EvidenceKind, Incident, State, Step
from stillwatch.records.iso import iso
from stillwatch.records.path import Arrow, path_of
from stillwatch.records.trigger import SeverityName, Trigger
from stillwatch.views.shape import Exact


class TriggerView(Exact):
    """One reason to look, without the raw events behind it."""

    at: Annotated[str | None, says("When it was last seen.")]
    host: Annotated[str, says("The host that the lines are of.")]
    rule: Annotated[str, says("The id of the rule that fired.")]
    severity: Annotated[SeverityName, says("How grave the rule takes it to be.")]
    summary: Annotated[str, says("What happened, in one sentence.")]
    subject: Annotated[str, says("The unit, mount point or program that it is about.")]
    count: Annotated[int, says("How often it was seen.")]
    first: Annotated[str | None, says("When it was seen first.")]
    last: Annotated[str | None, says("When it was seen last.")]
    fields: Annotated[dict[str, str], says("What the rule read from the text: a port, a path. Strangers write it.")]
    sample: Annotated[str, says("One of the lines, word for word. Strangers write it.")]

    @classmethod
    def of(cls, trigger: Trigger) -> TriggerView:
        return cls(
            at=iso(trigger.at),
            host=trigger.host,
            rule=trigger.rule,
            severity=trigger.severity.word,
            summary=trigger.summary,
            subject=trigger.subject,
            count=trigger.count,
            first=iso(trigger.first),
            last=iso(trigger.last),
            fields=dict(trigger.fields),
            sample=trigger.sample,
        )


class EvidenceView(Exact):
    """Something that was seen and that a statement points to."""

    id: Annotated[str, says("What a statement cites: E3, say; its own within its incident.")]
    kind: Annotated[EvidenceKind, says("What sort of source it is from.")]
    source: Annotated[str, says("Where it was seen: a unit, a file, a look tool.")]
    at: Annotated[str | None, says("When it was seen.")]
    text: Annotated[str, says("What was seen, word for word and without secrets. Strangers write it.")]

    @classmethod
    def of(cls, piece: Evidence) -> EvidenceView:
        return cls(id=piece.id, kind=piece.kind, source=piece.source, at=iso(piece.at), text=piece.text)


class CauseView(Exact):
    """What is wrong."""

    id: Annotated[str, says("A cause of the catalogue: disk-full, bad-config, …")]
    object: Annotated[str, says("The culprit: a unit, a path, a process.")]
    text: Annotated[str, says("What is wrong, in words.")]

    @classmethod
    def of(cls, cause: Cause) -> CauseView:
        return cls(id=cause.id, object=cause.object, text=cause.text)


class ProposalView(Exact):
    """A change that was proposed to the gate, or would be."""

    action: Annotated[str, says("An action of `stillwatch actions list`.")]
    target: Annotated[str, says("What is changed: a unit, a path, a process.")]
    arguments: Annotated[dict[str, str | int | bool], says("Further arguments of the action.")]
    because: Annotated[str, says("Why it should help.")]

    @classmethod
    def of(cls, proposal: Proposal) -> ProposalView:
        return cls(
            action=proposal.action,
            target=proposal.target,
            arguments=dict(proposal.arguments),
            because=proposal.because,
        )


class DecisionView(Exact):
    """What the gate decided about the proposal."""

    verdict: Annotated[Verdict, says("Whether it is carried out, waits for a person, or is refused.")]
    rule: Annotated[str, says("The rule of the policy that decided.")]
    reason: Annotated[str, says("Why, in one sentence.")]

    @classmethod
    def of(cls, decision: Decision) -> DecisionView:
        return cls(verdict=decision.verdict, rule=decision.rule, reason=decision.reason)


class OutcomeView(Exact):
    """What came of the change."""

    status: Annotated[
        Literal["done", "failed", "undone", "unknown"], says("How it ended; unknown: the gate was cut off meanwhile.")
    ]
    verified: Annotated[bool | None, says("Whether its success test passed; null where it was not measured.")]

    @classmethod
    def of(cls, outcome: Outcome) -> OutcomeView:
        return cls(status=outcome.status, verified=outcome.verified)


class ArrowView(Exact):
    """One step of the way that a fault took."""

    culprit: Annotated[str, says("What struck the other.")]
    effect: Annotated[str, says("What was struck.")]
    cause: Annotated[str, says("Why the one follows from the other: a cause of the catalogue.")]
    evidence: Annotated[list[str], says("The ids of the evidence that shows it.")]

    @classmethod
    def of(cls, arrow: Arrow) -> ArrowView:
        return cls(culprit=arrow.culprit, effect=arrow.effect, cause=arrow.cause, evidence=list(arrow.evidence))


class OpinionView(Exact):
    """What one tier said."""

    by: Annotated[str, says("The tier, or rule.")]
    says: Annotated[str, says("What it said, in a few fixed words.")]

    @classmethod
    def of(cls, opinion: Opinion) -> OpinionView:
        return cls(by=opinion.by, says=opinion.says)


class StepView(Exact):
    """One line of an incident's history."""

    at: Annotated[str | None, says("When it happened.")]
    by: Annotated[str, says("Who did it: rule, review, meta, gate, or a person.")]
    text: Annotated[str, says("What happened.")]

    @classmethod
    def of(cls, step: Step) -> StepView:
        return cls(at=iso(step.at), by=step.by, text=step.text)


class IncidentView(Exact):
    """One fault with its evidence. What is not known yet is null."""

    id: Annotated[str, says("Its number: I7, say.")]
    key: Annotated[str, says("The fingerprint by which the same fault is known again.")]
    state: Annotated[State, says("waiting: for a person; acting: a change runs.")]
    severity: Annotated[SeverityName, says("How grave it is.")]
    summary: Annotated[str, says("What happened, in one sentence.")]
    subject: Annotated[str, says("The unit or path to blame.")]
    host: Annotated[str, says("The host that it is on.")]
    opened: Annotated[str | None, says("When it began.")]
    updated: Annotated[str | None, says("When it was last seen, or changed.")]
    cause: Annotated[CauseView | None, says("What is wrong.")]
    confidence: Annotated[float, says("How sure that is, from 0 to 1.")]
    by: Annotated[str, says("Who says so: rule, review or meta.")]
    evidence: Annotated[list[EvidenceView], says("What was seen.")]
    proposal: Annotated[ProposalView | None, says("The change that would mend it.")]
    decision: Annotated[DecisionView | None, says("What the gate decided about that.")]
    outcome: Annotated[OutcomeView | None, says("What came of it.")]
    muted_by: Annotated[str, says("Who muted it, or what; empty where it is not muted.")]
    notes: Annotated[list[str], says("What a person should read too.")]
    path: Annotated[list[ArrowView], says("The way that the fault took, from the culprit to whom it struck.")]
    opinions: Annotated[list[OpinionView], says("What each tier said, beside the cause that was settled on.")]

    @classmethod
    def of(cls, incident: Incident) -> IncidentView:
        return cls(
            id=incident.id,
            key=incident.key,
            state=incident.state,
            severity=incident.severity.word,
            summary=incident.summary,
            subject=incident.subject,
            host=incident.host,
            opened=iso(incident.opened),
            updated=iso(incident.updated),
            cause=CauseView.of(incident.cause) if incident.cause else None,
            confidence=incident.confidence,
            by=incident.by,
            evidence=[EvidenceView.of(piece) for piece in incident.evidence],
            proposal=ProposalView.of(incident.proposal) if incident.proposal else None,
            decision=DecisionView.of(incident.decision) if incident.decision else None,
            outcome=OutcomeView.of(incident.outcome) if incident.outcome else None,
            muted_by=incident.muted_by,
            notes=list(incident.notes),
            path=[ArrowView.of(arrow) for arrow in path_of(incident)],
            opinions=[OpinionView.of(opinion) for opinion in incident.opinions],
        )


class IncidentInFull(IncidentView):
    """With its history."""

    history: Annotated[list[StepView], says("What happened to it, the oldest step first.")]

    @classmethod
    def of(cls, incident: Incident) -> IncidentInFull:
        known = asdict(IncidentView.of(incident))
        return cls(**known, history=[StepView.of(step) for step in incident.history])
