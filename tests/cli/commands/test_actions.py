"""`actions`: the catalogue as data and on paper."""

from __future__ import annotations

import json

from stillwatch.cli.commands.actions import BACK
from stillwatch.records.action import ACTIONS
from tests.cli.conftest import Stillwatch


def test_every_action_is_listed(trial: Stillwatch) -> None:
    listed = json.loads(trial("actions", "list", "--json").out)
    assert {action["name"] for action in listed} == set(ACTIONS)
    assert all(action["risk"] in ("low", "medium", "high") and action["description"] for action in listed)
    ended = next(action for action in listed if action["name"] == "terminate_process")
    assert ended["arguments"]["port"]["required"]


def test_on_paper(trial: Stillwatch) -> None:
    page = trial("actions").out
    assert "restart_unit  low risk" in page
    assert all(f"It {words}." in page for words in BACK.values())
