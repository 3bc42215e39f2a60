"""What `models` and `engine` print as JSON."""

from __future__ import annotations

from typing import Annotated

from stillwatch.config import says
from stillwatch.records.chat import Tier
from stillwatch.views.shape import Exact


class TierModelView(Exact):
    """Which model a tier gets."""

    model: Annotated[str | None, says("The file; null where there is none.")]
    problem: Annotated[str | None, says("Why there is none.")]


class ModelView(Exact):
    """A model of the catalogue, or a file that is here."""

    name: Annotated[str, says("Its name.")]
    path: Annotated[str | None, says("The file; null where it is not here.")]
    size: Annotated[int | None, says("Bytes.")]
    licence: Annotated[str | None, says("Its licence, as the catalogue knows it.")]
    sha256: Annotated[str | None, says("The check-sum that the file must have.")]
    source: Annotated[str, says("Where it is fetched from.")]
    tiers: Annotated[list[Tier], says("The tiers that it is meant for.")]
    memory_gib: Annotated[float | None, says("From how much memory on, in GiB.")]
    words: Annotated[bool, says("Whether it can write; else it only chooses from lists.")]


class ModelsView(Exact):
    """`models list`."""

    folder: Annotated[str, says("Where models are put.")]
    models: Annotated[list[ModelView], says("The catalogue, and what else is here.")]
    tiers: Annotated[dict[Tier, TierModelView], says("Which model each tier gets.")]


class ModelHereView(Exact):
    """`models pull` and `models import`."""

    name: Annotated[str, says("Its name.")]
    path: Annotated[str, says("The file.")]
    size: Annotated[int, says("Bytes.")]


class ModelSumsView(Exact):
    """`models verify`."""

    ok: Annotated[bool, says("Whether none is broken.")]
    models: Annotated[dict[str, str], says("By name: `whole`, `broken` or `unknown`.")]


class EngineTriedView(Exact):
    """A program that runs models."""

    kind: Annotated[str, says("`llama-server`, or the name of the Python package.")]
    path: Annotated[str | None, says("The program; null for the package.")]
    version: Annotated[str | None, says("As it says itself.")]
    problem: Annotated[str | None, says("Why it does not run here.")]


class EngineInUseView(EngineTriedView):
    """The one that is used."""

    why: Annotated[str, says("Why this one.")]


class GainView(Exact):
    """How many times as fast as the package it is."""

    prompt: Annotated[float, says("Reading a prompt, by the clock.")]
    output: Annotated[float, says("Writing an answer, by the clock.")]
    prompt_cpu: Annotated[float, says("Reading a prompt, by processor time.")]
    output_cpu: Annotated[float, says("Writing an answer, by processor time.")]
    model: Annotated[str, says("The model file that was used.")]
    at: Annotated[float, says("When it was measured, in seconds since the epoch.")]


class BuildingView(Exact):
    """A build that is not done."""

    done: Annotated[int, says("Steps done.")]
    total: Annotated[int, says("Steps in all; 0 while it has just begun.")]
    running: Annotated[bool, says("Whether it goes on now.")]


class EngineView(Exact):
    """`engine`."""

    engine: Annotated[EngineInUseView | None, says("What runs the models; null where nothing does.")]
    problem: Annotated[str | None, says("Why nothing does.")]
    passed_over: Annotated[list[EngineTriedView], says("What came before it and does not run here.")]
    others: Annotated[list[EngineTriedView], says("What would be next.")]
    gain: Annotated[GainView | None, says("How much faster it is, where that was measured.")]
    building: Annotated[BuildingView | None, says("A build that is not done.")]


class BuiltView(Exact):
    """`engine build`."""

    path: Annotated[str, says("The new llama-server.")]
    gain: Annotated[GainView | None, says("How much faster it is, where that could be measured.")]
