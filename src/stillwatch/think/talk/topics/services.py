"""Which services run, which failed, and which were started lately."""

from __future__ import annotations

import re
from typing import Final

from stillwatch.think.talk.times import Span
from stillwatch.think.talk.topic import Asking, Topic, Words, strings
from stillwatch.think.talk.words import folded

QUESTIONS = {
    "en": """which services are running
    list services
    failed services
    failed units
    what services are running
    are all services running
    which services failed
    what is running on this server
    running services
    systemctl
    which units are failed
    which services failed since midnight
    did any service fail last night
    which services were restarted today
    what was started in the last hour""",
    "de": """welche dienste laufen
    liste der dienste
    ausgefallene dienste
    fehlgeschlagene units
    laufen alle dienste
    welche dienste sind ausgefallen
    was läuft auf dem server
    laufende dienste
    welche dienste wurden heute neu gestartet""",
    "fr": """quels services tournent
    liste des services
    services en échec
    unités en échec
    tous les services tournent-ils
    quels services sont en panne
    qu'est-ce qui tourne sur le serveur
    quels services ont été redémarrés aujourd'hui""",
    "es": """qué servicios están corriendo
    lista de servicios
    servicios fallidos
    unidades fallidas
    funcionan todos los servicios
    qué servicios fallaron
    qué corre en el servidor
    qué servicios se reiniciaron hoy""",
}
COUNT = Words(
    en="{count:service runs|services run}.",
    de="{count:Dienst läuft|Dienste laufen}.",
    fr="{count:service tourne|services tournent}.",
    es="{count:servicio está|servicios están} en marcha.",
)
FAILED = Words(en="Failed: {names}.", de="Ausgefallen: {names}.", fr="En échec : {names}.", es="Fallidos: {names}.")
NONE = Words(
    en="No unit is failed now.",
    de="Derzeit ist keine Unit ausgefallen.",
    fr="Aucune unité n'est en échec en ce moment.",
    es="Ahora mismo no hay ninguna unidad fallida.",
)
DID = Words(
    en="In the last {hours} h PID 1 told of {count:failure|failures}; the newest:",
    de="In den letzten {hours} h meldete PID 1 {count:Ausfall|Ausfälle}; die neuesten:",
    fr="Ces dernières {hours} h, PID 1 a signalé {count:échec|échecs} ; les plus récents :",
    es="En las últimas {hours} h PID 1 avisó de {count:fallo|fallos}; los más recientes:",
)
NEVER = Words(
    en="In the last {hours} h PID 1 told of no failure either.",
    de="Auch in den letzten {hours} h meldete PID 1 keinen Ausfall.",
    fr="Ces dernières {hours} h non plus, PID 1 n'a signalé aucun échec.",
    es="Tampoco en las últimas {hours} h PID 1 avisó de ningún fallo.",
)
BEGUN = Words(
    en="{count:service that runs now was|services that run now were} started in the last {hours} h; each one's last start:",
    de="{count:laufender Dienst wurde|laufende Dienste wurden} in den letzten {hours} h gestartet; jeweils der letzte Start:",
    fr="{count:service actif a été lancé|services actifs ont été lancés} ces dernières {hours} h ; dernier démarrage :",
    es="{count:servicio activo arrancó|servicios activos arrancaron} en las últimas {hours} h; último arranque:",
)
_STARTS: Final = re.compile(r"\b(?:re)?start(?:ed)?\b|gestartet|(?:re)?demarre|relance|lances|reinici|arranc")
FAILS = "failed with result"
"""PID 1's words for the end of a unit that failed, in any case (systemd, src/core/unit.c)."""
MOST = 50
STARTING = Words(
    en="Still or again starting: {names}.",
    de="Noch oder wieder im Start: {names}.",
    fr="En cours de démarrage : {names}.",
    es="Arrancando: {names}.",
)


async def answer(ask: Asking) -> None:
    seen = await ask.look("services")
    if seen.problem:
        ask.cannot(seen, "systemctl --failed; systemctl list-units --type=service")
        return
    running, failed, starting = (strings(seen, name) for name in ("running", "failed", "starting"))
    ask.say(FAILED if failed else NONE, seen, names=", ".join(failed[:12]))
    if starting:
        ask.say(STARTING, seen, names=", ".join(starting[:8]))
    if ask.named.span:
        await _failed_in(ask, min(max(ask.named.span.hours, 1.0), 168.0))
        if _STARTS.search(folded(ask.question)):
            _started_in(ask, set(running), ask.named.span)
        return
    ask.say(COUNT, seen, count=len(running))
    for name in [*failed, *running]:
        ask.row(name, "failed" if name in failed else "", subject=name)


async def _failed_in(ask: Asking, hours: float) -> None:
    """What failed in a span of time, whether it runs again or not."""
    seen = await ask.look("journal_search", text=FAILS, hours=hours, lines=MOST)
    if seen.problem:
        return
    lines = strings(seen, "lines")
    count = f"≥ {len(lines)}" if len(lines) >= MOST else len(lines)
    ask.say(DID if lines else NEVER, seen, hours=round(hours), count=count)
    for line in reversed(lines):
        ask.row(line)


def _started_in(ask: Asking, running: set[str], span: Span) -> None:
    begun = [unit for unit in ask.known.units.values() if unit.name in running and unit.started_at >= span.since]
    ask.say(BEGUN, count=len(begun), hours=round(span.hours))
    for unit in sorted(begun, key=lambda unit: -unit.started_at):
        ask.row(unit.name, ask.when(unit.started_at), subject=unit.name)


TOPIC = Topic(
    name="services",
    title=Words(
        en="running and failed services", de="laufende und ausgefallene Dienste", fr="les services", es="los servicios"
    ),
    questions=QUESTIONS,
    answer=answer,
    looks=("services", "journal_search"),
)
