from __future__ import annotations

from stillwatch.records.incident import Incident
from stillwatch.records.trigger import Severity, Trigger
from stillwatch.triage.group import group
from stillwatch.triage.recovery import mended_at
from stillwatch.triage.resolution import LASTING_SECONDS, QUIET_SECONDS, STEADY_SECONDS, why_over
from tests.triage.test_things import trigger

AT = 1000.0


def down(subject: str = "eth0", at: float = AT) -> Trigger:
    return trigger("link-down", subject, "network", at)


def up(subject: str = "eth0", at: float = AT + 5, host: str = "h") -> Trigger:
    return trigger("link-up", subject, "", at, severity=Severity.info, mends=("link-*",), host=host)


def opened(*triggers: Trigger) -> list[Incident]:
    return group(triggers, {}, AT)


def test_what_was_mended_later_opens_no_incident() -> None:
    assert opened(down(), up()) == []
    assert len(opened(up(at=AT - 5), down())) == 1
    assert [one.subject for one in opened(down(), down("eth1"), up())] == ["eth1"]


def test_only_the_same_thing_of_the_same_host_is_mended() -> None:
    assert mended_at(down(), [up()]) == AT + 5
    assert mended_at(down(), [up("eth1"), up(host="other"), up(at=AT - 1)]) is None


def test_an_open_incident_closes_itself_once_the_thing_is_well_for_a_while() -> None:
    (before,) = opened(down())
    (after,) = group([up()], {}, AT + 6, [before])
    assert after.id == before.id
    assert why_over(after, {}, None, AT + 6) is None
    assert why_over(after, {}, None, AT + 5 + STEADY_SECONDS)


def test_a_damaged_disk_is_not_mended_by_silence() -> None:
    (incident,) = opened(trigger("disk-io-error", "sda", "hardware", AT))
    assert why_over(incident, {}, None, AT + QUIET_SECONDS + 1) is None
    assert why_over(incident, {}, None, AT + LASTING_SECONDS + 1)
