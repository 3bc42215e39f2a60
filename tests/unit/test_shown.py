from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from stillwatch.unit.protected import protected_by
from stillwatch.unit.shown import SHOWN, absent, carried, names_told, shown
from stillwatch.unit.transaction import RELATIONS

TEXT = """Id=a.service
Names=a.service "a\\\\x2db.service"
LoadState=loaded
ActiveState=active
Job=
Conflicts=x.service y.service
TriggeredBy=a.timer
ExecStart={ path=/opt/a ; argv[]=/opt/a ; }
ExecStop={ path=/bin/sh ; argv[]=/bin/sh -c (wg-quick down wg0) ; }
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
    assert list(shown("")) == []
    assert all(kind in SHOWN for kind in (*RELATIONS, "Job"))


async def test_r37_r40_relatives_come_with_all_their_names_and_what_they_run() -> None:
    known = {
        name: facts for names, facts in shown(f"{TEXT}\nId=a.timer\nNames=a.timer night.timer\n") for name in names
    }

    async def ask(unit: str) -> Mapping[str, Any]:
        return known.get(unit) or absent(unit)

    first = await names_told(ask, "a.service")
    assert {"a.timer", "night.timer"} < set(first.relatives) and "a.timer" not in first.own
    assert carried(known["a.service"]) and protected_by(first.relatives) and not protected_by(first.own)
    assert (await names_told(ask, "z.service")).own == ("z.service",)
    assert carried({"After": ["sys-subsystem-net-devices-br\\x2dlan.device"]}, ("br-lan",))
