"""The proving ground itself: each scenario is well told, and a drawn pair breaks a machine and can be mended."""

from __future__ import annotations

import os
import random

import pytest

from evals import report
from evals.judge import Verdict, half_of, judge
from evals.run import proved
from evals.scenario import Case, cases
from evals.stage import Fault
from stillwatch.records.action import ACTIONS
from stillwatch.records.cause import CAUSES

ALL = {case.name: case for case in cases()}
MENDED = [
    "missing-program.deleted", "missing-setting.file", "masked.refused", "hang.stopped", "mount-gone.unmounted",
    "read-only.remounted", "port-taken.stray", "wrong-address.hosts", "lock.stale", "web.down", "two-faults.cascade",
]  # fmt: skip
DRAWN = random.Random(os.environ["STILLWATCH_DRAW"]).sample(MENDED, 2)


@pytest.mark.parametrize("name", sorted(ALL))
def test_a_case_speaks_the_words_of_the_catalogues(name: str) -> None:
    case = ALL[name]
    assert set(case.causes) <= set(CAUSES) and set(case.actions) <= set(ACTIONS)
    assert bool(case.causes) == bool(case.incidents)
    assert not case.title.endswith(".")
    if not name.endswith(".shop"):
        assert callable(getattr(case.code, name.partition(".")[2]))


@pytest.mark.container
@pytest.mark.parametrize("name", DRAWN)
def test_a_fault_shows_and_the_right_fix_mends_it(name: str, seed: int) -> None:
    verdict = proved(ALL[name], seed)
    assert verdict.root and verdict.mended, (verdict.problem, verdict.told)


def told(cause: str, text: str, action: str = "") -> dict[str, object]:
    return {
        "severity": "high",
        "state": "open",
        "subject": "shop.service",
        "confidence": 0.9,
        "cause": {"id": cause, "object": "", "text": text},
        "proposal": {"action": action, "target": "shop.service"} if action else None,
    }


def case(**more: object) -> Case:
    facts = {"name": "made-up.one", "title": "", "causes": ("masked",), "actions": (), "incidents": 1}
    return Case(**{**facts, "kernel_log": False, "code": pytest, **more})  # type: ignore[arg-type]


FAULT = Fault(culprits=("db.service",), healthy=lambda: False)


def test_the_cause_counts_only_with_its_culprit() -> None:
    assert judge(case(), FAULT, 1, [told("masked", "db.service is masked")], 1.0).root
    assert not judge(case(), FAULT, 1, [told("masked", "something is masked")], 1.0).root
    assert not judge(case(), FAULT, 1, [told("crash", "db.service crashed")], 1.0).root


def test_what_cannot_help_and_what_is_told_twice_is_counted() -> None:
    verdict = judge(case(), FAULT, 1, [told("masked", "db.service is masked", "restart_unit"), told("crash", "x")], 1.0)
    assert (verdict.wrong, verdict.single) == (("restart_unit shop.service",), False)


def test_each_of_two_faults_must_be_told() -> None:
    both = Fault(
        culprits=("db.service",), healthy=lambda: False, more=(Fault(culprits=("web",), healthy=lambda: True),)
    )
    assert not judge(case(incidents=2), both, 1, [told("masked", "db.service is masked")], 1.0).root


def test_a_trap_is_passed_in_silence() -> None:
    trap = case(causes=(), incidents=0)
    assert judge(trap, FAULT, 1, [], 1.0).root
    assert not judge(trap, FAULT, 1, [told("crash", "x")], 1.0).root


def test_a_report_can_be_read_again_and_compared(tmp_path: object) -> None:
    from pathlib import Path

    folder = Path(str(tmp_path))
    verdicts = [Verdict(name="a.b", seed=1, root=False, incidents=1, wanted=1, told=("<b>",))]
    report.write(folder, verdicts, {"level": "check"}, 3, {})
    before = report.read(folder)
    assert before["a.b"]["half"] == half_of("a.b")
    assert "| ✗ |" in report.table(verdicts, {}, 1, before)
    assert "&lt;b&gt;" in (folder / "eval.html").read_text()


def test_where_nothing_was_to_be_mended_in_one_half_there_is_a_table_all_the_same() -> None:
    halves = {half_of(name): name for name in ALL}
    facts = {"seed": 1, "root": True, "incidents": 1, "wanted": 1}
    verdicts = [Verdict(name=halves["shown"], mended=True, **facts), Verdict(name=halves["kept"], **facts)]  # type: ignore[arg-type]
    (row,) = (line for line in report.table(verdicts, {}, 1, {}).splitlines() if line.startswith("| mended"))
    assert row.count("100 %") == 2 and row.endswith("| none |")
