from __future__ import annotations

from dataclasses import replace

from stillwatch.records.cause import Cause
from stillwatch.records.path import path_of
from stillwatch.records.trigger import Severity
from tests.think.diagnosis.causes.scene import AT, trigger
from tests.think.incidents import evidence, incident


def test_from_the_culprit_by_the_subject_to_all_that_suffer() -> None:
    struck = (
        replace(trigger("dependency-failed", subject="web.service"), first=AT + 2),
        replace(trigger("missing-path", subject="db.service"), first=AT),
        replace(trigger("dependency-failed", subject="api.service"), first=AT + 1),
        replace(trigger("", subject="quiet.service"), severity=Severity.info),
    )
    found = incident(
        subject="db.service",
        triggers=struck,
        evidence=(replace(evidence(1), source="db.service"), replace(evidence(2), source="web.service")),
        cause=Cause(id="missing-path", object="/srv/db", text="db.service needs /srv/db, which does not exist (E1)."),
    )
    assert [(one.culprit, one.effect, one.cause, one.evidence) for one in path_of(found)] == [
        ("/srv/db", "db.service", "missing-path", ("E1",)),
        ("db.service", "api.service", "dependency-failed", ()),
        ("db.service", "web.service", "dependency-failed", ("E2",)),
    ]


def test_without_a_cause_there_is_no_path_and_a_thing_that_is_itself_to_blame_needs_none() -> None:
    assert path_of(incident()) == ()
    alone = incident(cause=Cause(id="oom", object="web.service", text="killed (E1)."))
    assert path_of(alone) == ()
