from __future__ import annotations

from stillwatch.records.line import Line
from stillwatch.watch.hit import hit_of
from stillwatch.watch.rule import Found, Rule

FAILED = Rule(
    id="unit-failed",
    match=r"(?P<unit>\S+) failed by (?P<pid>\d+)",
    severity="high",
    summary="{unit}",
    subject="{unit}",
    apart=("unit",),
)
FOUND = Found({"unit": b"shop.service", "pid": b"17", "disk": None})


def test_what_tells_it_from_others_is_kept_and_nothing_else() -> None:
    hit = hit_of(FAILED, Line(0.0, b"", "systemd"), FOUND)
    assert (hit.subject, hit.fields) == ("shop.service", {"unit": "shop.service"})
    assert hit.key == ("unit-failed", "shop.service", False, ("shop.service",))


def test_r32_a_journals_line_speaks_of_others_only_if_it_is_trusted() -> None:
    assert hit_of(FAILED, Line(0.0, b"", "app.service", "journal"), FOUND).subject == "app.service"
    assert hit_of(FAILED, Line(0.0, b"", "systemd", "journal", {}, True), FOUND).subject == "shop.service"
