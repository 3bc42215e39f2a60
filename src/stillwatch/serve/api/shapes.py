"""The shapes of what `/api` and `/health` answer beside incidents and the host's status."""

from __future__ import annotations

import math
from typing import Annotated, Literal

import msgspec

from stillwatch.config import says
from stillwatch.records.iso import iso
from stillwatch.views.gate import KeptProposal
from stillwatch.views.incident import IncidentView
from stillwatch.views.shape import Exact


class Health(Exact):
    """It runs."""

    status: Annotated[Literal["ok"], says("Always this: it answers.")]
    troubled: Annotated[
        list[str] | msgspec.UnsetType, says("What cannot be read or reached, where there is such; why needs a key.")
    ] = msgspec.UNSET


class Incidents(Exact):
    """A list of incidents, or a page of it."""

    incidents: Annotated[list[IncidentView], says("The incidents.")]
    next: Annotated[str | None, says("What to send as `before` for the page that follows; null on the last one.")]


class Approvals(Exact):
    """Proposals."""

    approvals: Annotated[list[KeptProposal], says("The proposals, as `stillwatch approvals list --json` has them.")]


class MetricNames(Exact):
    """The metrics that are kept."""

    metrics: Annotated[list[str], says("Their names.")]


class Reading(Exact):
    """One reading of a metric."""

    at: Annotated[str | None, says("When it was read.")]
    value: Annotated[float | None, says("What it was; a share is from 0 to 1.")]

    @classmethod
    def of(cls, at: float, value: float) -> Reading:
        return cls(at=iso(at), value=value if math.isfinite(value) else None)


class Readings(Exact):
    """The readings of one metric."""

    metric: Annotated[str, says("Its name.")]
    readings: Annotated[list[Reading], says("At most 10,000, the oldest first.")]


class Snapshot(Exact):
    """What is open, at the beginning of a stream of events."""

    open: Annotated[list[str], says("The ids of all that is open: drop what is not named.")]


class Over(Exact):
    """The end of an incident."""

    id: Annotated[str, says("The incident that is resolved.")]
