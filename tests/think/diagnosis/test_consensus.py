from dataclasses import replace
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from stillwatch.records.assessment import Assessment
from stillwatch.records.cause import CAUSES, Cause
from stillwatch.records.incident import LOOK_AT_IT
from stillwatch.think.diagnosis.consensus import consensus, wants_closer_look
from tests.think.incidents import incident

from .causes.scene import trigger


def says(by: Any, cause: str, confidence: float, **more: Any) -> Assessment:
    given = {"evidence": ("E1",), "cause": Cause(id=cause, object="web.service", text=f"{by}: {CAUSES[cause]}"), **more}
    return Assessment(by=by, confidence=confidence, **given)


PROVEN = says("rule", "port-in-use", 0.95)
GUESSED = says("rule", "exit-code", 0.5)


def test_no_model_talks_a_proven_cause_away() -> None:
    told = consensus(incident(), PROVEN, says("review", "oom", 0.85), says("meta", "oom", 0.85))
    assert told.cause is not None and told.cause.id == "port-in-use" and told.by == "rule"
    assert told.confidence == PROVEN.confidence
    assert any("oom" in note and note.endswith(LOOK_AT_IT) for note in told.notes)


def test_two_models_that_agree_corroborate_nothing_and_a_rule_that_agrees_does() -> None:
    assert consensus(incident(), PROVEN, says("review", "port-in-use", 0.85)).confidence == PROVEN.confidence
    agreed = consensus(incident(), GUESSED, says("review", "bad-config", 0.65), says("meta", "bad-config", 0.85))
    alone = consensus(incident(), GUESSED, says("meta", "bad-config", 0.85))
    assert agreed.confidence == alone.confidence
    reason = says("rule", "bad-config", 0.6)
    assert consensus(incident(), reason, says("review", "bad-config", 0.65)).confidence > 0.65


def test_a_model_never_replaces_a_reason_by_one_that_the_evidence_does_not_name() -> None:
    reason = says("rule", "name-resolution", 0.6)
    told = consensus(incident(), reason, says("review", "missing-executable", 0.85), says("meta", "oom", 0.9))
    assert told.cause == reason.cause and told.by == "rule"
    left_open = incident(triggers=(trigger("wrong-address"), trigger("name-resolution")))
    told = consensus(left_open, reason, says("meta", "wrong-address", 0.85))
    assert told.cause is not None and told.cause.id == "wrong-address"


def test_a_line_of_the_kernel_tells_of_no_missing_program() -> None:
    spoke = incident(triggers=(trigger("", subject="kernel"),))
    told = consensus(spoke, GUESSED, says("review", "missing-executable", 0.85))
    assert told.cause == GUESSED.cause
    told = consensus(spoke, GUESSED, says("review", "oom", 0.85))
    assert told.cause is not None and told.cause.id == "oom"


def test_where_nothing_is_proven_the_one_who_looked_furthest_is_believed() -> None:
    told = consensus(incident(), GUESSED, says("review", "oom", 0.65), says("meta", "bad-config", 0.85))
    assert told.cause is not None and (told.cause.id, told.by) == ("bad-config", "meta")


def test_a_different_review_changes_the_cause() -> None:
    causes = {consensus(incident(), GUESSED, says("review", cause, 0.85)).cause for cause in ("oom", "bad-config")}
    assert len(causes) == 2


def test_a_claim_without_evidence_is_a_guess() -> None:
    told = consensus(incident(), GUESSED, says("meta", "bad-config", 0.85, evidence=()))
    assert told.cause is not None and told.cause.id == "exit-code"


def test_other_explains_nothing() -> None:
    told = consensus(incident(), GUESSED, says("meta", "other", 0.85))
    assert told.cause is not None and told.cause.id == "exit-code"


def test_rules_keep_the_culprit_when_meta_agrees() -> None:
    rule = replace(GUESSED, cause=Cause(id="oom", object="python3 (pid 7)", text="rule text"))
    told = consensus(incident(), rule, says("meta", "oom", 0.85))
    assert told.cause == Cause(id="oom", object="python3 (pid 7)", text=f"meta: {CAUSES['oom']}")


def test_when_to_look_closer() -> None:
    assert not wants_closer_look(PROVEN, None)
    assert wants_closer_look(GUESSED, None)
    assert not wants_closer_look(PROVEN, says("review", "port-in-use", 0.4))
    assert wants_closer_look(PROVEN, says("review", "oom", 0.85))
    assert wants_closer_look(PROVEN, says("review", "port-in-use", 0.85, next="escalate"))
    assert wants_closer_look(GUESSED, says("review", "oom", 0.65))
    assert not wants_closer_look(GUESSED, says("review", "oom", 0.85))


@given(
    st.lists(
        st.tuples(st.sampled_from(["review", "meta"]), st.sampled_from(sorted(CAUSES)), st.floats(0, 1)), max_size=2
    )
)
def test_confidence_stays_a_probability_and_every_model_is_quoted(others: list[tuple[str, str, float]]) -> None:
    told = consensus(incident(), PROVEN, *(says(*other) for other in others))
    assert 0 < told.confidence < 1
    assert len(told.opinions) == len(others)
    assert told.cause == PROVEN.cause
