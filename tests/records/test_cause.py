"""The catalogue is whole: a cause that somebody adds cannot be forgotten anywhere."""

from __future__ import annotations

from collections import Counter

from stillwatch.records.cause import CAUSES, KINDS, UNIT_FAILURE, is_symptom
from stillwatch.think.diagnosis.causes import INVESTIGATORS


def test_every_cause_has_words_and_a_rank_of_its_own() -> None:
    assert all(kind.words and not kind.words.endswith(".") for kind in KINDS.values())
    ranks = Counter(kind.rank for id, kind in KINDS.items() if id != "prompt-injection")
    assert min(ranks) > 0 and not [rank for rank, count in ranks.items() if count > 1]


def test_every_reason_outranks_what_points_to_it_and_that_every_symptom() -> None:
    symptoms = [kind.rank for kind in KINDS.values() if kind.symptom and not kind.elsewhere]
    pointers = [kind.rank for kind in KINDS.values() if kind.elsewhere]
    reasons = [kind.rank for id, kind in KINDS.items() if not kind.symptom and id != "prompt-injection"]
    assert max(symptoms) < min(reasons) and max(pointers) < max(reasons)


def test_families_are_causes_or_the_failure_of_a_unit() -> None:
    assert {kind.family for kind in KINDS.values()} <= {"", UNIT_FAILURE, "memory", *KINDS}


def test_who_investigates_investigates_a_cause_of_the_catalogue() -> None:
    assert INVESTIGATORS.keys() <= KINDS.keys() == CAUSES.keys()


def test_symptoms() -> None:
    assert is_symptom("") and is_symptom("exit-code") and not is_symptom("disk-full") and not is_symptom("own-cause")
