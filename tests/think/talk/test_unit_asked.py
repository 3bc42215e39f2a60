from __future__ import annotations

from stillwatch.think.talk.named import Named
from stillwatch.think.talk.topic import Asking
from stillwatch.think.talk.unit_asked import exists, unit_asked

from .hosts import CLOCK, UNITS, known


def asked(failing: bool = False, **named: object) -> tuple[str, str]:
    ask = Asking(question="?", language="en", named=Named(**named), known=known(), looks=None, clock=CLOCK)  # type: ignore[arg-type]
    return unit_asked(ask, failing_if_unsaid=failing), ask.text()


def test_which_unit_is_meant() -> None:
    assert asked(units=("ssh.service",)) == ("ssh.service", "")
    assert asked(failing=True) == ("nginx.service", ""), "the one that has failed"
    assert "Which unit" in asked()[1] and "nginx.service" in asked()[1]
    assert "no mailserver" in asked(role="mailserver")[1]
    assert "postgresql.service" in asked(unknown="postgre")[1]
    assert exists(UNITS["ssh.service"]) and not exists(None)


def test_a_service_of_other_hosts_is_looked_for_by_its_whole_name() -> None:
    """PID 1 may know it by an alias that is in no list."""
    assert asked(unknown="mysqld") == ("mysqld.service", "")
    assert asked(unknown="foo.timer") == ("foo.timer", "")
