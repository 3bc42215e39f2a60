"""What happened in a span of time: incidents, starts of the host, errors."""

from __future__ import annotations

from stillwatch.records.trigger import Severity
from stillwatch.think.talk.times import HOUR
from stillwatch.think.talk.topic import Asking, Topic, Words, rows

QUESTIONS = {
    "en": """what happened last night
    what happened this week
    what happened today
    what happened yesterday
    did anything happen overnight
    what went wrong last night
    anything unusual since yesterday
    what was going on at night
    events of the last 24 hours
    what happened while I was away
    incident history
    past incidents
    was there a problem last week
    when was the last incident
    what did I miss
    how was the night
    show resolved incidents
    closed incidents""",
    "de": """was ist letzte nacht passiert
    was ist heute passiert
    was war gestern los
    was war in der nacht los
    was ist diese woche passiert
    gab es letzte nacht probleme
    was ist passiert
    was habe ich verpasst
    frühere vorfälle
    wann war der letzte vorfall
    ereignisse der letzten 24 stunden
    war was
    wie war die nacht
    gelöste vorfälle
    erledigte vorfälle""",
    "fr": """que s'est-il passé cette nuit
    que s'est-il passé la nuit dernière
    que s'est-il passé cette semaine
    que s'est-il passé hier
    qu'est-il arrivé pendant la nuit
    incidents passés
    historique des incidents
    qu'ai-je manqué
    événements des dernières 24 heures""",
    "es": """qué pasó anoche
    qué pasó esta semana
    qué pasó ayer
    qué ocurrió durante la noche
    hubo problemas anoche
    incidentes pasados
    historial de incidentes
    qué me perdí
    qué sucedió hoy""",
}
COUNT = Words(
    en="From {since} to {until} I know of {count:incident|incidents}.",
    de="Von {since} bis {until} kenne ich {count:Vorfall|Vorfälle}.",
    fr="De {since} à {until}, j'ai connaissance de {count:incident|incidents}.",
    es="De {since} a {until} conozco {count:incidente|incidentes}.",
)
STARTED = Words(
    en="The host was started at {at}.",
    de="Der Host wurde um {at} gestartet.",
    fr="L'hôte a démarré à {at}.",
    es="El equipo arrancó a las {at}.",
)
ERRORS = Words(
    en="The journal holds at least {count:line|lines} of errors from then; the newest from {unit}.",
    de="Das Journal enthält aus der Zeit mindestens {count:Fehlerzeile|Fehlerzeilen}; die neueste von {unit}.",
    fr="Le journal contient au moins {count:ligne|lignes} d'erreur de cette période ; la plus récente de {unit}.",
    es="El journal tiene al menos {count:línea|líneas} de error de ese tiempo; la más reciente de {unit}.",
)
NO_ERRORS = Words(
    en="The journal holds no line of errors from then.",
    de="Das Journal enthält aus der Zeit keine Fehlerzeile.",
    fr="Le journal ne contient aucune ligne d'erreur de cette période.",
    es="El journal no tiene líneas de error de ese tiempo.",
)
DAY_HOURS = 24


async def answer(ask: Asking) -> None:
    now = ask.clock.now()
    since, until = (ask.named.span.since, ask.named.span.until) if ask.named.span else (now - DAY_HOURS * HOUR, now)
    incidents = [
        one
        for one in ask.known.recent(200)
        if one.severity > Severity.info and one.opened <= until and one.updated >= since
    ]
    ask.say(COUNT, since=ask.when(since), until=ask.when(until), count=len(incidents))
    for one in sorted(incidents, key=lambda one: one.opened):
        ask.row(f"{one.id} {ask.when(one.opened)}", f"{one.subject}: {one.summary}", one.state, subject=one.subject)
    boots = await ask.look("boots")
    for boot in rows(boots, "boots"):
        if since <= float(boot["first"]) <= until:
            ask.say(STARTED, boots, at=ask.when(boot["first"]))
    hours = min(max((now - since) / HOUR, 0.1), 720.0)
    errors = await ask.look("journal_errors", hours=hours, priority=3)
    if errors.problem:
        ask.cannot(errors, "journalctl -p err --since yesterday")
        return
    lines = [row for row in rows(errors, "lines") if since <= float(row["at"]) <= until]
    ask.say(ERRORS if lines else NO_ERRORS, errors, count=len(lines), unit=lines[0]["unit"] if lines else "")


TOPIC = Topic(
    name="happened",
    title=Words(en="what happened", de="was passiert ist", fr="ce qui s'est passé", es="qué pasó"),
    questions=QUESTIONS,
    answer=answer,
    looks=("boots", "journal_errors"),
    explains=True,
)
