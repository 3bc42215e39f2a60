from __future__ import annotations

from stillwatch.unit.shown import SHOWN, absent, names_in, shown
from stillwatch.unit.transaction import RELATIONS

TEXT = """Id=a.service
Names=a.service "a\\\\x2db.service"
LoadState=loaded
ActiveState=active
Job=
Conflicts=x.service y.service
TriggeredBy=a.timer
StopWhenUnneeded=yes

Id=c.service
Job=17
StopWhenUnneeded=no
"""


def test_each_unit_is_read_with_its_lists_and_marks() -> None:
    (names, first), (other, second) = shown(TEXT)
    assert sorted(names) == ["a.service", "a\\x2db.service"] and other == ("c.service",)
    assert first["Conflicts"] == ["x.service", "y.service"] and first["Requires"] == []
    assert (first["Job"], first["StopWhenUnneeded"]) == ((0,), True)
    assert (second["Job"], second["StopWhenUnneeded"]) == ((1,), False)
    assert "a.timer" in names_in(first).relatives and "a.timer" not in names_in(first).own
    assert names_in(absent("z.service")).own == ("z.service",)
    assert list(shown("")) == []
    assert all(kind in SHOWN for kind in (*RELATIONS, "Job"))
