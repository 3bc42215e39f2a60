from __future__ import annotations

from stillwatch.untrusted.secrets.find import KINDS
from stillwatch.untrusted.secrets.span import Span


def test_each_detector_has_a_sign_by_which_it_is_called() -> None:
    detectors = [detector for kind in KINDS for detector in kind.detectors()]
    assert len(detectors) > 100
    assert all(detector.signs and all(detector.signs) for detector in detectors)


def test_a_span_is_a_place_and_a_kind() -> None:
    assert Span(1, 2, "jwt").kind == "jwt"
