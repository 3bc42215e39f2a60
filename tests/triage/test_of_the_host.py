from __future__ import annotations

import pytest

from stillwatch.records.trigger import Trigger
from stillwatch.triage.of_the_host import SAME_TIME, from_flood, from_name_servers, from_names
from stillwatch.triage.sighting import Units, sight

from .build import AT, own, pid1

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


@pytest.mark.parametrize(
    ("triggers", "joined"),
    [
        ([lost("shop", "cannot resolve db.lan by 127.0.0.1:5300"), pid1("pdns.service")], 1),
        ([lost("shop", "cannot resolve db.lan by 192.0.2.53:53"), pid1("pdns.service")], 0),
        ([lost("shop", "cannot resolve db.lan by 127.0.0.1:5300"), pid1("mail.service")], 0),
        ([lost("shop", "cannot resolve db.lan by 127.0.0.1"), pid1("pdns.service"), pid1("unbound.service")], 0),
        ([lost("shop", "cannot resolve db.lan by 127.0.0.1"), own("pdns.service", "exit-code")], 0),
    ],
)
def test_who_asks_this_machine_for_names_suffers_from_its_name_server_that_is_down(
    triggers: list[Trigger], joined: int
) -> None:
    assert len(set(from_name_servers([sight(one, Units.of({})) for one in triggers]))) == joined


@pytest.mark.parametrize(("noisy", "joined"), [(["app.service"], 1), (["app.service", "web.service"], 0), ([], 0)])
def test_who_keeps_the_logs_is_busy_because_of_the_one_that_floods_them(noisy: list[str], joined: int) -> None:
    busy = pid1("systemd-journald.service", "cpu-hog")
    floods = [pid1(name, "log-flood") for name in noisy]
    assert len(set(from_flood([sight(one, Units.of({})) for one in (busy, *floods)]))) == joined
