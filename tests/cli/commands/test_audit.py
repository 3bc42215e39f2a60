"""`audit`: read from the gate's own log, with and without a gate, whole and not."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

from stillwatch.cli.show.gate import FROM_OUTSIDE
from tests.cli.conftest import Stillwatch
from tests.cli.gate_scene import propose, running_gate


def test_no_log_is_exit_5(trial: Stillwatch, tmp_path: Path) -> None:
    for words in (["show"], ["verify"]):
        said = trial("audit", *words)
        assert (said.code, said.out) == (5, "")
        assert str(tmp_path) in said.err


def test_one_record_a_line(trial: Stillwatch, tmp_path: Path) -> None:
    with running_gate(tmp_path) as paths:
        trial("approvals", "approve", propose(paths, because="\x1b]0;x\x07 evil"), "--yes")
        running = trial("audit", "show", "--json").out
    records = [json.loads(line) for line in running.splitlines()]
    assert [record["seq"] for record in records] == list(range(1, len(records) + 1))
    assert {"proposed", "decided", "approved", "intent", "outcome"} <= {record["kind"] for record in records}
    assert all(len(record["hash"]) == len(record["previous"]) == 64 for record in records)
    assert all(record["target"] == "web.service" for record in records if record["kind"] in ("intent", "outcome"))
    assert trial("audit", "--json").out == running
    page = trial("audit").out
    assert "\x1b" not in page
    assert f"because {FROM_OUTSIDE}: “" in page
    assert len(trial("audit", "show", "--after", "2", "--json").out.splitlines()) == len(records) - 2


def test_a_whole_log_and_one_that_is_not(trial: Stillwatch, tmp_path: Path) -> None:
    with running_gate(tmp_path) as paths:
        propose(paths)
    said = trial("audit", "verify", "--json")
    assert (said.code, json.loads(said.out)["whole"]) == (0, True)
    assert trial("audit", "verify").out.startswith("whole: ")
    with sqlite3.connect(tmp_path / "gate/gate.db") as log:
        log.execute("UPDATE audit SET body = replace(body, 'web.service', 'db.service') WHERE seq = 1")
    said = trial("audit", "verify")
    assert said.code == 1
    assert said.out.startswith("tampered with at record 1: ")
    assert json.loads(trial("audit", "verify", "--json").out)["seq"] == 1
