from __future__ import annotations

import pytest

from stillwatch.records.trigger import Trigger
from stillwatch.triage.of_the_host import SAME_TIME, from_names
from stillwatch.triage.sighting import Units, sight

from .build import AT, own

NO_SUCH = "getaddrinfo: Name or service not known"
NO_ANSWER = "getaddrinfo: Temporary failure in name resolution"


def lost(unit: str, text: str, at: float = AT) -> Trigger:
    return own(f"{unit}.service", "name-resolution", text=text, first=at, last=at)


@pytest.mark.parametrize(
    ("triggers", "joined"),
    [
        ([lost("mail", NO_ANSWER), lost("shop", NO_ANSWER)], 2),
        ([lost("mail", NO_ANSWER), lost("shop", NO_SUCH)], 2),
        ([lost("mail", NO_SUCH), lost("shop", NO_SUCH)], 0),
        ([lost("mail", NO_SUCH), lost("shop", NO_SUCH), lost("feed", NO_SUCH)], 3),
        ([lost("mail", NO_ANSWER), lost("shop", NO_ANSWER, AT - SAME_TIME - 60)], 0),
        ([lost("mail", NO_ANSWER)], 0),
    ],
)
def test_who_gets_no_answer_at_that_time_suffers_from_the_resolver_and_two_wrong_names_are_two(
    triggers: list[Trigger], joined: int
) -> None:
    assert len(set(from_names([sight(one, Units.of({})) for one in triggers]))) == joined
