from __future__ import annotations

import pytest

from stillwatch.records.incident import Incident
from stillwatch.records.trigger import Severity
from stillwatch.think.diagnosis.causes.case import Case
from stillwatch.think.diagnosis.causes.spoken import Place, names_in, place_of

from .scene import AT, Looks, trigger, unit

PATH = "/etc/shop/shop.conf"


def test_names_that_settings_may_have_the_quoted_first() -> None:
    assert names_in("error at 10:11:12: bad value for 'max-age' of --cache and queue_run in /etc/x: nonsense") == [
        "max-age",
        "--cache",
        "queue_run",
        "value",
        "nonsense",
    ]


@pytest.mark.parametrize(
    ("found", "meant"),
    [
        ([("queue_run", PATH, 7), ("nonsense", PATH, 2)], Place(PATH, 7, "queue_run")),
        ([("queue_run", "/etc/shop/old.conf", 1), ("queue_run", PATH, 7)], Place(PATH, 7, "queue_run")),
        ([("nonsense", PATH, 2)], Place(PATH, 2, "nonsense")),
        ([("nonsense", PATH, 2), ("nonsense", PATH, 3)], None),
        ([], None),
    ],
)
async def test_the_rarest_name_in_the_file_that_was_changed_last(
    found: list[tuple[str, str, int]], meant: Place | None
) -> None:
    files = [{"path": PATH, "changed": AT}, {"path": "/etc/shop/old.conf", "changed": AT - 9e6}]
    rows = [{"word": word, "path": path, "line": line} for word, path, line in found]
    shop = unit()
    incident = Incident(
        id="I1", key="k", state="open", severity=Severity.high, summary="s", subject=shop.name, host="h", opened=AT,
        updated=AT, triggers=(trigger("exit-code"),),
    )  # fmt: skip
    looks = Looks(own_settings={"files": files, "found": rows})
    case = Case(incident=incident, units={shop.name: shop}, looks=looks)
    assert await place_of(case, shop, ["queue_run: nonsense"]) == meant
