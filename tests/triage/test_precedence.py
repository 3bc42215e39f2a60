from __future__ import annotations

from stillwatch.records.cause import CAUSES
from stillwatch.triage.precedence import SYMPTOMS, family, rank


def test_every_reason_outranks_every_symptom() -> None:
    reasons = CAUSES.keys() - SYMPTOMS - {"prompt-injection"}
    assert min(rank(cause) for cause in reasons) > max(rank(cause) for cause in SYMPTOMS)


def test_all_causes_of_a_failing_unit_are_one_family() -> None:
    assert {family(cause) for cause in ("exit-code", "port-in-use", "bad-config", "restart-loop", "")} == {
        "unit-failure"
    }
    assert family("brute-force") == "brute-force"
    assert family("deleted-file-held") == family("disk-full") != family("inodes-full")
