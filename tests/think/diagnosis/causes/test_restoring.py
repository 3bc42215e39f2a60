from __future__ import annotations

import pytest

from .scene import AT, Looks, ask, files, trigger, unit

CONFIG = "/etc/shop/shop.conf"
BROKEN = trigger("bad-config", f"{CONFIG}:7: syntax error", path=CONFIG, line="7")
GONE = trigger("missing-path", "Failed to load environment files", trusted=True)


@pytest.mark.parametrize(
    ("file", "offered"),
    [
        ({"exists": True, "changed": AT - 60, "folder_changed": AT - 9e6}, True),
        ({"exists": True, "changed": AT - 60, "folder_changed": AT - 60}, False),
        ({"exists": True, "changed": AT - 60, "folder_changed": AT - 60, "declared": True}, True),
        ({"exists": True, "changed": AT - 60}, True),
    ],
)
async def test_a_file_that_is_new_has_no_copy_unless_it_is_declared(file: dict[str, object], offered: bool) -> None:
    looks = Looks(file_metadata=files(**{CONFIG: file}), recent_changes={"changes": []})
    _, said = await ask(BROKEN, looks=looks, units=(unit(),))
    assert (said.proposal is not None) is offered


@pytest.mark.parametrize(("folder", "offered"), [(None, False), (AT - 60, True), (AT - 9e6, False)])
async def test_a_file_that_was_never_there_has_none(folder: float | None, offered: bool) -> None:
    looks = Looks(file_metadata=lambda asked: {"path": asked["path"], "exists": False, "folder_changed": folder})
    _, said = await ask(GONE, looks=looks, units=(unit(environment_files=("/etc/shop/shop.env",)),))
    assert said.cause and said.cause.object == "/etc/shop/shop.env"
    assert (said.proposal is not None) is offered
