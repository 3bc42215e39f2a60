"""How a person may write an incident's id."""

import pytest

from stillwatch.records.incident import whole_incident_id


@pytest.mark.parametrize(
    ("said", "kept"),
    [("7", "I7"), ("i7", "I7"), ("I-7", "I7"), (" I7 ", "I7"), ("I07", "I07"), ("0", "0"), ("A-7", "A-7"), ("", "")],
)
def test_a_number_is_enough(said: str, kept: str) -> None:
    assert whole_incident_id(said) == kept
