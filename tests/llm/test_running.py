"""What is the same for every llama-server of ours: what it said last, and why it ended."""

from __future__ import annotations

import pytest

from stillwatch.llm.running import RunningServer


class Over(RunningServer):
    """One that has ended."""

    def __init__(self, code: int) -> None:
        super().__init__()
        self.code = code

    @property
    def running(self) -> bool:
        return False

    async def ended(self) -> int:
        return self.code

    async def stop(self) -> None: ...


@pytest.mark.parametrize(
    ("code", "said", "why"),
    [
        (-4, [b"x"], "built for another processor"),
        (-9, [b"x"], "killed; the host may be short of memory"),
        (-11, [], "its server ended by signal 11"),
        (1, [b"error: no such file", b"bye"], "its server ended with exit code 1: error: no such file"),
        (1, [b"\x1b[2Jbye\x07"], "its server ended with exit code 1: [2Jbye"),
    ],
)
async def test_why_it_ended(code: int, said: list[bytes], why: str) -> None:
    server = Over(code)
    for line in said:
        server.hear(line)
    assert why in await server.why_ended()


def test_what_it_keeps_is_bounded() -> None:
    server = Over(0)
    for _ in range(1000):
        server.hear(b"x" * 10_000)
    assert len(server.last_words()) == 300
