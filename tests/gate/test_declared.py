"""R36: whatever is declared by a path is compared with the other paths, by the gate and by the peek program alike."""

from __future__ import annotations

import msgspec

from stillwatch.gate.declared import Declared, places
from stillwatch.helpers.same_place import PLACES
from tests.gate.change.played import DECLARED

NO_THING = {("releases", "directory"), ("nixos", "configuration")}
"""Paths of what a change reads or writes beside, and is not judged by."""


def test_r36_every_path_of_every_table_is_one_of_the_places() -> None:
    with_paths = set()
    for table in msgspec.structs.fields(Declared):
        for one in getattr(DECLARED, table.name) if table.name != "version" else ():
            told = {
                key: value for key, value in msgspec.structs.asdict(one).items() if (table.name, key) not in NO_THING
            }
            paths = {value for value in told.values() if isinstance(value, str) and value.startswith("/")}
            with_paths |= {table.name} if paths else set()
            assert paths <= {path for _, path in places(DECLARED)}, table.name
    assert with_paths <= PLACES.keys() and with_paths | {"backups"} == PLACES.keys()
