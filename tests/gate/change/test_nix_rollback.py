from __future__ import annotations

from stillwatch.gate.change.nix_rollback import NixRollback
from tests.gate.change.played import HostAccess, change
from tests.support.facts import facts


async def test_it_is_taken_back_to_the_generation_that_ran_before() -> None:
    access = HostAccess(answers={"nix_rollback_back": {}})
    said = await NixRollback().undo(access, change("nix_rollback", "41"), {"runs": "42"})
    assert facts(said) == ["42"] and access.done == [("nix_rollback_back", "41")]
    assert NixRollback().is_back({"runs": "42"}, {"runs": "42"}) and not NixRollback().is_back(
        {"runs": "42"}, {"runs": "41"}
    )
