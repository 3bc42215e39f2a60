"""The highest and the lowest that was read in a span of time, where a question asks for it."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from stillwatch.think.talk.topic import Asking, Words
from stillwatch.think.talk.words import folded

DAY_HOURS: Final = 24.0
ASKED: Final = re.compile(
    r"\b(?:highest|lowest|peak(?:s|ed)?|maxim\w*|minim\w*|most ever|hochste[rn]?|niedrigste[rn]?|spitze\w*|maxima\w*"
    r"|plus (?:haute?|eleve\w*|bas\w*)|pic|pics|mas alt\w*|mas baj\w*|pico\w*|history|graph|verlauf|historique|historial)\b"
)
READ: Final = Words(
    en="In the last {hours} h {what} was between {low} (at {low_at}) and {high} (at {high_at}), by my readings.",
    de="In den letzten {hours} h lag {what} nach meinen Messungen zwischen {low} (um {low_at}) und {high} (um {high_at}).",
    fr="Ces dernières {hours} h, {what} était entre {low} (à {low_at}) et {high} (à {high_at}), d'après mes relevés.",
    es="En las últimas {hours} h {what} estuvo entre {low} (a las {low_at}) y {high} (a las {high_at}), según mis lecturas.",
)
NOTHING: Final = Words(
    en="Of {what} I have no readings from that time.",
    de="Zu {what} habe ich aus dieser Zeit keine Messungen.",
    fr="Je n'ai pas de relevé de {what} pour cette période.",
    es="De {what} no tengo lecturas de ese tiempo.",
)


def tell_extremes(ask: Asking, metric: str, what: Words, show: Callable[[float], str]) -> None:
    """Nothing unless the question asks for it. what: the metric in words; show: a reading as people write it."""
    if not ASKED.search(folded(ask.question)):
        return
    now = ask.clock.now()
    since = ask.named.span.since if ask.named.span else now - DAY_HOURS * 3600
    read = list(ask.known.samples(metric, since, now)) if ask.known.samples else []
    name = what.in_(ask.language)
    if not read:
        ask.say(NOTHING, what=name)
        return
    low, high = min(read, key=lambda one: one[1]), max(read, key=lambda one: one[1])
    by = ask.found(
        f"readings of {metric}", f"{show(low[1])} at {ask.when(low[0])}, {show(high[1])} at {ask.when(high[0])}"
    )
    ask.say(
        READ,
        by,
        hours=round((now - read[0][0]) / 3600, 1),
        what=name,
        low=show(low[1]),
        low_at=ask.when(low[0]),
        high=show(high[1]),
        high_at=ask.when(high[0]),
    )
