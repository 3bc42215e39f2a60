"""The catalogue of questions: one file a topic in topics/, each with its `TOPIC`."""

from __future__ import annotations

import functools
import importlib
import pkgutil

from stillwatch.think.talk import topics as folder
from stillwatch.think.talk.learned import Weights, stored
from stillwatch.think.talk.router import Router
from stillwatch.think.talk.topic import Topic


@functools.cache
def catalogue() -> dict[str, Topic]:
    """By name."""
    names = sorted(module.name for module in pkgutil.iter_modules(folder.__path__))
    found: list[Topic] = [importlib.import_module(f"{folder.__name__}.{name}").TOPIC for name in names]
    return {topic.name: topic for topic in found}


@functools.cache
def router() -> Router:
    """Over all of it; made once, in some milliseconds."""
    return Router(catalogue(), Weights.read(stored()))
