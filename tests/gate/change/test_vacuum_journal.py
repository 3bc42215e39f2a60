from __future__ import annotations

import pytest

from stillwatch.gate.change.action import Refused
from stillwatch.gate.change.vacuum_journal import VacuumJournal
from tests.gate.change.played import HostAccess, change


async def test_r15_a_journal_that_the_policy_does_not_declare() -> None:
    with pytest.raises(Refused):
        await VacuumJournal().check_target(HostAccess(), change("vacuum_journal", "/run/log/journal"))


def test_the_root_program_is_told_which_one() -> None:
    assert VacuumJournal().words(change("vacuum_journal", "/var/log/journal")) == {"directory": "/var/log/journal"}
