from __future__ import annotations

from dataclasses import replace

import pytest

from .scene import Looks, ask, trigger, unit

FULL = trigger("disk-full", "/srv/shop is 100 % full", subject="/srv/shop", trusted=True)
INODES = trigger("inodes-full", "no inodes", subject="/srv/shop", trusted=True)
UPLOADS = {"path": "/srv/shop/uploads", "bytes": 300_000_000}


async def test_rotated_logs_beside_uploads_are_named_and_only_they_are_proposed() -> None:
    use = {
        "folders": [UPLOADS, {"path": "/srv/shop/logs", "bytes": 700_000_000}],
        "rotated_logs": [{"path": "/srv/shop/logs", "bytes": 690_000_000, "count": 12}],
    }
    _, said = await ask(FULL, looks=Looks(disk_use=use))
    assert said.cause is not None
    assert (said.cause.id, said.cause.object) == ("disk-full", "/srv/shop/logs")
    assert "12 rotated logs" in said.cause.text and "690.0 MB" in said.cause.text and "/srv/shop " in said.cause.text
    assert "shop.service suffers" in said.cause.text
    assert said.proposal is not None
    assert (said.proposal.action, said.proposal.target) == ("delete_rotated_logs", "/srv/shop/logs")


async def test_data_of_users_is_told_and_never_proposed() -> None:
    use = {"folders": [{**UPLOADS, "bytes": 950_000_000}], "rotated_logs": []}
    _, said = await ask(FULL, looks=Looks(disk_use=use))
    assert said.cause is not None and said.cause.object == "/srv/shop/uploads"
    assert said.proposal is None
    assert any("person" in note for note in said.notes)


async def test_deleted_files_that_are_held_lead_to_their_holder() -> None:
    use = {
        "folders": [UPLOADS],
        "deleted_open": [
            {"path": "/srv/shop/x", "pid": 9, "unit": "shop.service", "size": 600_000_000},
            {"path": "/tmp/y", "pid": 8, "unit": "other.service", "size": 900_000_000},
        ],
    }
    _, said = await ask(FULL, looks=Looks(disk_use=use))
    assert said.cause is not None
    assert (said.cause.id, said.cause.object) == ("deleted-file-held", "shop.service (pid 9)")
    assert said.proposal is not None and said.proposal.target == "shop.service"


async def test_a_spool_that_used_up_the_inodes() -> None:
    use = {
        "most_entries": [{"path": "/srv/shop/sessions", "entries": 90_000}, {"path": "/srv/shop/logs", "entries": 4}]
    }
    _, said = await ask(INODES, looks=Looks(disk_use=use))
    assert said.cause is not None
    assert (said.cause.id, said.cause.object) == ("inodes-full", "/srv/shop/sessions")


async def test_without_looks_the_metric_proves_it_and_a_text_does_not() -> None:
    _, said = await ask(FULL)
    assert said.confidence >= 0.9
    assert said.cause is not None and said.cause.object == "/srv/shop"
    _, said = await ask(trigger("disk-full", "No space left on device"), units=(unit(),))
    assert said.confidence <= 0.6


async def test_the_owners_cleaner_is_proposed() -> None:
    use = {"most_entries": [{"path": "/srv/shop/sessions", "entries": 90_000}]}
    cleaner = {"unit": "shop-sessions-clean.service", "description": "Clean expired sessions", "fit": 4}
    found, said = await ask(INODES, looks=Looks(disk_use=use, cleaners={"cleaners": [cleaner]}))
    assert said.proposal is not None
    assert (said.proposal.action, said.proposal.target) == ("run_runbook", "shop-sessions-clean.service")
    assert said.proposal.arguments == {}
    assert "90,000 files" in (said.cause.text if said.cause else "")
    assert found.evidence[-1].text == "shop-sessions-clean.service (Clean expired sessions)"
    _, said = await ask(INODES, looks=Looks(disk_use=use, cleaners={"cleaners": []}))
    assert said.proposal is None
    assert any("person" in note for note in said.notes)


async def test_how_full_is_told_as_it_is() -> None:
    almost = trigger("disk-full", "x", subject="/srv/shop", trusted=True, value="0.9213")
    _, said = await ask(almost, looks=Looks(disk_use={"folders": [UPLOADS]}))
    assert said.cause is not None and "/srv/shop is 92 % full" in said.cause.text


@pytest.mark.parametrize(
    ("place", "action", "target"),
    [
        ("/var/log/journal/0123", "vacuum_journal", "/var/log/journal"),
        ("/var/cache/apt/archives", "clean_package_cache", "apt"),
        ("/var/log/journalism", "", ""),
    ],
)
async def test_what_a_program_keeps_for_itself_is_freed_by_that_program(place: str, action: str, target: str) -> None:
    use = {"folders": [{"path": place, "bytes": 950_000_000}], "rotated_logs": []}
    _, said = await ask(FULL, looks=Looks(disk_use=use))
    assert said.cause and said.cause.object == place
    assert ((said.proposal.action, said.proposal.target) if said.proposal else ("", "")) == (action, target)


async def test_what_will_be_full_is_told_with_what_takes_most_of_it() -> None:
    grown = replace(trigger("disk-filling", "/srv: 80 % used", subject="/srv", trusted=True), rule="disk-filling")
    looks = Looks(disk_use={"folders": [{"path": "/srv", "bytes": 9e9}, {"path": "/srv/shop", "bytes": 5e9}]})
    _, said = await ask(grown, looks=looks, subject="/srv")
    assert said.cause and (said.cause.id, said.cause.object) == ("disk-filling", "/srv")
    assert "/srv/shop" in said.cause.text and said.proposal is None
