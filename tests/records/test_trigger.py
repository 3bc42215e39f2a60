import pytest

from stillwatch.records.trigger import Severity, Trigger


def test_severities_are_ordered_and_speak_in_words() -> None:
    ordered = [Severity.info, Severity.low, Severity.medium, Severity.high, Severity.critical]
    assert sorted(ordered) == ordered and len(set(ordered)) == 5
    assert [str(severity) for severity in ordered] == ["info", "low", "medium", "high", "critical"]
    assert Severity["high"] is Severity.high


def test_a_trigger_is_a_value() -> None:
    def made() -> Trigger:
        return Trigger(
            rule="r", severity=Severity.low, summary="s", subject="x", host="h", count=1, first=1.0, last=2.0
        )

    assert made() == made() and made().at == 2.0
    with pytest.raises(AttributeError):
        made().count = 2  # type: ignore[misc]
