from __future__ import annotations

from stillwatch.admin.actions import actions


def test_every_action_has_a_sentence_an_example_and_its_arguments() -> None:
    listed = {one.name: one for one in actions()}
    assert {"restart_unit", "restore_file", "undo"} <= set(listed)
    assert all(one.description and one.example and one.risk for one in listed.values())
    assert set(listed["restart_unit"].arguments) == {"once"}
