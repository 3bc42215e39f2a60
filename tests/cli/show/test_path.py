from __future__ import annotations

from xml.etree import ElementTree

from stillwatch.cli.show.path import path_svg
from stillwatch.records.cause import Cause
from tests.think.incidents import incident


def test_a_drawing_has_a_box_for_each_thing_and_an_arrow_for_each_consequence() -> None:
    cause = Cause(id="missing-path", object='/srv/<b>&"', text="gone (E1).")
    drawn = path_svg(incident(cause=cause))
    tree = ElementTree.fromstring(drawn)
    space = "{http://www.w3.org/2000/svg}"
    assert len(tree.findall(f"{space}rect")) == 2 and len(tree.findall(f"{space}line")) == 1
    assert "/srv/<b>" in "".join(tree.itertext()) and "<b>" not in drawn


def test_what_has_no_path_is_one_box() -> None:
    assert path_svg(incident()).count("<rect") == 1
