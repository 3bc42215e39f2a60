import pytest

from stillwatch.serve.http.bounded import Bounded
from stillwatch.serve.http.limits import Bounds, RequestLimits
from stillwatch.serve.http.refusal import Refusal
from tests.think.models import StillClock


async def test_it_counts_while_it_runs_and_no_longer() -> None:
    limits = RequestLimits(clock=StillClock(), bounds=Bounds(streams=1))
    refused = list[int]()

    async def inner(scope, receive, send) -> None:  # type: ignore[no-untyped-def]
        try:
            await outer(scope, receive, send)
        except Refusal as refusal:
            refused.append(refusal.status)

    outer = Bounded(limits=limits, key="a", app=inner)
    await outer({}, None, None)  # type: ignore[arg-type]
    assert refused == [429]
    with limits.stream("a"), pytest.raises(Refusal):
        await outer({}, None, None)  # type: ignore[arg-type]
