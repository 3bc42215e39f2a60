from __future__ import annotations

from .played_host import look


async def test_memory_and_load_of_this_host() -> None:
    seen = await look("memory")
    assert isinstance(seen.data["memory-available"], float)
    assert 0 < seen.data["memory-available"] < 1
    assert "memory available" in seen.text
