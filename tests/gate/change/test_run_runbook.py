from __future__ import annotations

import pytest

from stillwatch.gate.change.action import Refused
from stillwatch.gate.change.catalogue import CATALOGUE
from stillwatch.gate.change.run_runbook import RunRunbook
from tests.gate.change.played import HostAccess, change, unit

C = "cleaner.service"
RUN = change("run_runbook", C)
FULL = {"mounts": [{"mount": "/", "used": 20, "inodes": 5}, {"mount": "/srv", "used": 10, "inodes": 99}]}


async def test_a_cleaner_runs_when_the_kernel_says_that_a_disk_is_full() -> None:
    access = HostAccess(units={C: unit(C, "inactive", kind="oneshot", invocation_id="1")}, answers={"space": FULL})
    await RunRunbook().check_target(access, RUN)
    now = await RunRunbook().precondition(access, RUN)
    assert now.ok and "/srv (10 %, inodes 99 %)" in now.cause and "/ (" not in now.cause
    await RunRunbook().run(access, RUN, now.facts)
    access.units[C] = unit(C, "inactive", kind="oneshot", result="success", invocation_id="2")
    assert (await RunRunbook().verify(access, RUN, now.facts)).ok is True
    assert (await RunRunbook().verify(access, RUN, {"invocation": "2"})).ok is False
    assert access.done == [("start", C)]


async def test_a_runbook_has_no_cause_of_its_own() -> None:
    book = "book.service"
    access = HostAccess(units={book: unit(book, "inactive", kind="oneshot")})
    assert (await RunRunbook().precondition(access, change("run_runbook", book))).cause == ""


@pytest.mark.parametrize(("state", "kind"), [("active", "oneshot"), ("activating", "oneshot"), ("inactive", "simple")])
async def test_one_that_runs_or_is_no_oneshot(state: str, kind: str) -> None:
    access = HostAccess(units={C: unit(C, state, kind=kind)}, answers={"space": FULL})
    assert not (await RunRunbook().precondition(access, RUN)).ok


async def test_an_undeclared_unit() -> None:
    with pytest.raises(Refused):
        await RunRunbook().check_target(
            HostAccess(units={"x.service": unit("x.service")}), change("run_runbook", "x.service")
        )


async def test_a_oneshot_that_pid_1_has_forgotten_since_did_run() -> None:
    access = HostAccess(
        units={"cleaner.service": unit("cleaner.service", "inactive", kind="oneshot", result="success")}
    )
    seen = await RunRunbook().verify(access, change("run_runbook", "cleaner.service"), {"invocation": ""})
    assert seen.ok is True


@pytest.mark.parametrize("name", ["run_runbook", "run_job"])
@pytest.mark.parametrize("line", ["exec_start", "commands"])
async def test_r22_a_runbook_is_another_once_any_of_its_commands_is(name: str, line: str) -> None:
    """A oneshot unit may have many of them."""
    target = "book.service" if name == "run_runbook" else "nightly.service"
    facts = []
    for words in (("/usr/bin/a", "x"), ("/usr/bin/a", "y")):
        access = HostAccess(units={target: unit(target, kind="oneshot", **{line: words})})
        facts.append((await CATALOGUE[name].precondition(access, change(name, target))).facts)
    assert facts[0] != facts[1]
