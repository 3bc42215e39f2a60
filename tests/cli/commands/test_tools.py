"""`tools`: what a model may look at."""

from __future__ import annotations

import json

from tests.cli.conftest import Stillwatch
from tests.cli.scene import FakeService

CATALOGUE = {
    "journal_search": {
        "description": "Search the journal.",
        "arguments": {"type": "object", "properties": {"unit": {}, "lines": {}}, "required": ["unit"]},
    },
    "sockets": {"description": "Who listens.", "arguments": {"type": "object"}},
}


def test_the_list(service: FakeService, stillwatch: Stillwatch) -> None:
    service.catalogue = CATALOGUE
    assert stillwatch("tools").out.splitlines() == [
        "journal_search  unit, [lines]",
        "    Search the journal.",
        "sockets",
        "    Who listens.",
    ]
    listed = json.loads(stillwatch("tools", "list", "--json").out)
    assert listed[0] == {"name": "journal_search", **CATALOGUE["journal_search"]}
