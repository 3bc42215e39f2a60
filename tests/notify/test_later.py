import asyncio

from stillwatch.notify.later import WAITING, TellLater


class Slow:
    def __init__(self) -> None:
        self.told: list[str] = []
        self.may_go = asyncio.Event()

    async def tell(self, title: str, body: str) -> None:
        await self.may_go.wait()
        self.told.append(title)


async def test_a_slow_door_holds_nobody_up_and_the_order_is_kept() -> None:
    slow = Slow()
    later = TellLater(slow)
    for title in ("opened", "waits for you", "resolved"):
        await asyncio.wait_for(later.tell(title, ""), 60)
    assert slow.told == []
    slow.may_go.set()
    await later.delivered()
    assert slow.told == ["opened", "waits for you", "resolved"]


async def test_what_waits_is_bounded() -> None:
    slow = Slow()
    later = TellLater(slow)
    for number in range(WAITING * 3):
        await later.tell(str(number), "")
    slow.may_go.set()
    await later.delivered()
    assert len(slow.told) <= WAITING + 1 and slow.told[0] == "0"
