"""R36: two declared paths that are one folder, as by a bind mount, are one thing to rules, limits and backups."""

from __future__ import annotations

import pytest

from stillwatch.gate.change.catalogue import CATALOGUE
from tests.gate.stage import ADMIN, DAEMON, Stage, clock_of, make_gate, propose, say, some_units

HERE, THERE = "/mnt/app", "/srv/app"
DECLARED = f"""
[[ownership]]
name = "app-data"
path = "{THERE}"
owner = "app"
group = "app"
mode = "0750"
[[ownership]]
name = "mounted-data"
path = "{HERE}"
owner = "app"
group = "app"
mode = "0750"
"""
ALLOWED = '[[rule]]\nname = "all"\nverdict = "allow"\n'


class Owned(Stage):
    """Where the owner is always wrong, and both paths are one folder."""

    right = False

    async def act(self, request):
        self.asked.append(request)
        return {}

    async def peek(self, request):
        if request["see"] == "same":
            return {"paths": [HERE, THERE]}
        return {"now": {"uid": 0, "gid": 0, "mode": 0o700}, "right": self.right}


def a_gate(folder, rules: str = ALLOWED, more: str = ""):
    return make_gate(folder, stage=Owned(some_units()), policy=rules + DECLARED + more, catalogue=CATALOGUE)


async def test_r36_one_folder_under_two_paths_is_changed_three_times_an_hour_and_no_more(tmp_path):
    gate = a_gate(tmp_path)
    for name in ("app-data", "mounted-data", "app-data"):
        assert (await propose(gate, name, "repair_ownership"))["decision"]["verdict"] == "allow"
        clock_of(gate).pass_by(400)
    fourth = await propose(gate, "mounted-data", "repair_ownership")
    assert fourth["decision"]["rule"] == "limits" and len(gate.judge.access.asked) == 3


@pytest.mark.parametrize("said", ["app-data", "mounted-data", HERE, THERE])
async def test_r36_its_quarantine_is_cleared_by_any_of_its_names_at_once(tmp_path, said):
    gate = a_gate(tmp_path)
    for _ in range(4):
        await propose(gate, "app-data", "repair_ownership")
        clock_of(gate).pass_by(400)
    assert gate.limits.quarantined()
    assert (await say(gate, ADMIN, "release", target=said))["quarantine"] == []
    waiting = (await propose(gate, "mounted-data", "repair_ownership"))["state"]
    assert waiting == "done"


@pytest.mark.parametrize("refused", ["app-data", THERE])
async def test_r37_a_rule_that_refuses_one_of_its_names_refuses_the_folder(tmp_path, refused):
    rule = f'[[rule]]\nname = "not-it"\nverdict = "refuse"\ntargets = ["{refused}"]\n'
    explained = {"action": "repair_ownership", "target": "mounted-data"}
    assert (await say(a_gate(tmp_path, rule + ALLOWED), DAEMON, "explain", **explained))["rule"] == "not-it"


async def test_r37_a_rule_that_allows_one_of_its_names_allows_that_name(tmp_path):
    rule = '[[rule]]\nname = "it"\nverdict = "allow"\ntargets = ["app-data"]\n'
    gate = a_gate(tmp_path, rule)
    explained = {"action": "repair_ownership", "target": "mounted-data"}
    assert (await say(gate, DAEMON, "explain", **explained))["rule"] == "default"


async def test_r06_a_backup_of_the_other_path_counts(tmp_path):
    backup = f'[[backups]]\nunit = "backup.service"\nprotects = ["{THERE}"]\n'
    reply = await propose(a_gate(tmp_path, more=backup), "mounted-data", "repair_ownership")
    assert reply["risk"] == "medium" and "backup.service" in reply["shown"]["blast_radius"]


async def test_r07_who_cannot_tell_whether_two_paths_are_one_changes_neither(tmp_path, monkeypatch):
    gate = a_gate(tmp_path)
    seen = gate.judge.access.peek

    async def silent(request):
        return {"paths": None} if request["see"] == "same" else await seen(request)

    monkeypatch.setattr(gate.judge.access, "peek", silent)
    assert (await propose(gate, "app-data", "repair_ownership"))["state"] == "refused"


async def test_where_no_peek_program_is_installed_each_path_stands_for_itself(tmp_path):
    gate = make_gate(tmp_path, policy=ALLOWED + DECLARED, catalogue=CATALOGUE)
    assert await gate.judge.names_for("app-data") == [THERE]
