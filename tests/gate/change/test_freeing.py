from __future__ import annotations

import pytest

from stillwatch.gate.change.clean_package_cache import CleanPackageCache
from stillwatch.gate.change.freeing import Freeing
from stillwatch.gate.change.vacuum_journal import VacuumJournal
from tests.gate.change.played import HostAccess, change

BOTH = (
    (VacuumJournal(), change("vacuum_journal", "/var/log/journal"), "journal", "vacuum"),
    (CleanPackageCache(), change("clean_package_cache", "apt"), "packages", "clean"),
)


def seen(used: int, then: int, size: int = 50_000_000) -> dict[str, int]:
    return {"used_percent": used, "then_percent": then, "bytes": size}


@pytest.mark.parametrize(("action", "what", "sees", "does"), BOTH)
async def test_a_full_file_system_is_freed(action: Freeing, what: object, sees: str, does: str) -> None:
    access = HostAccess(answers={sees: seen(98, 60), does: {"bytes": 50_000_000}})
    await action.check_target(access, what)  # type: ignore[arg-type]
    now = await action.precondition(access, what)  # type: ignore[arg-type]
    assert now.ok and now.cause and now.facts["full"] == "True"
    await action.run(access, what, now.facts)  # type: ignore[arg-type]
    assert [verb for verb, _ in access.done] == [does]
    assert (await action.verify(access, what, now.facts)).ok is False  # type: ignore[arg-type]
    access.answers[sees] = seen(60, 60, 0)
    assert (await action.verify(access, what, now.facts)).ok is True  # type: ignore[arg-type]


@pytest.mark.parametrize("space", [seen(98, 97), seen(98, 50, 0), seen(60, 20)])
@pytest.mark.parametrize(("action", "what", "sees", "does"), BOTH)
async def test_r44_what_would_not_help_or_is_not_needed_is_not_done(
    action: Freeing, what: object, sees: str, does: str, space: dict[str, int]
) -> None:
    assert not (await action.precondition(HostAccess(answers={sees: space}), what)).ok  # type: ignore[arg-type]
