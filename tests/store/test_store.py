from __future__ import annotations

from pathlib import Path

from stillwatch.store.store import Store


def test_facts_and_cursors_by_source_outlive_the_process(tmp_path: Path) -> None:
    store = Store.open(tmp_path)
    store.set_cursor("c1")
    store.set_cursor("42", source="/var/log/app.log")
    store.set_fact("baseline", "{}")
    store.close()
    again = Store.open(tmp_path)
    assert (again.cursor(), again.cursor("/var/log/app.log"), again.fact("baseline")) == ("c1", "42", "{}")
    assert again.cursor("other") == ""
