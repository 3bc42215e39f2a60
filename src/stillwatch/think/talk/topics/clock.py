"""The clock: time, zone, and whether it is kept in step."""

from __future__ import annotations

from datetime import UTC, datetime

from stillwatch.think.talk.topic import Asking, Topic, Words

QUESTIONS = {
    "en": """what time is it
    is the clock synchronized
    time sync
    ntp status
    which timezone
    is the time correct
    system time
    date
    is the clock right
    clock drift
    timezone of the server
    what is the server time
    does ntp work""",
    "de": """wie spät ist es
    ist die uhr synchron
    zeitsynchronisation
    ntp status
    welche zeitzone
    stimmt die uhrzeit
    systemzeit
    geht die uhr richtig
    uhrzeit
    wie viel uhr ist es
    funktioniert ntp""",
    "fr": """quelle heure est-il
    l'horloge est-elle synchronisée
    synchronisation de l'heure
    état ntp
    quel fuseau horaire
    l'heure est-elle correcte
    ntp fonctionne-t-il""",
    "es": """qué hora es
    está sincronizado el reloj
    sincronización de la hora
    estado de ntp
    qué zona horaria
    es correcta la hora
    qué hora tiene el servidor""",
}
NOW = Words(
    en="By the host's clock it is {now} ({zone}).",
    de="Nach der Uhr des Hosts ist es {now} ({zone}).",
    fr="D'après l'horloge de l'hôte, il est {now} ({zone}).",
    es="Según el reloj del equipo son las {now} ({zone}).",
)
STEP = {
    True: Words(
        en="The kernel says that it is synchronised.",
        de="Der Kernel sagt, sie sei synchronisiert.",
        fr="Le noyau dit qu'elle est synchronisée.",
        es="El kernel dice que está sincronizado.",
    ),
    False: Words(
        en="The kernel says that it is not synchronised.",
        de="Der Kernel sagt, sie sei nicht synchronisiert.",
        fr="Le noyau dit qu'elle n'est pas synchronisée.",
        es="El kernel dice que no está sincronizado.",
    ),
}
IS = Words(en="{name} is {state}.", de="{name} ist {state}.", fr="{name} est {state}.", es="{name} está {state}.")
NOBODY = Words(
    en="No service that keeps it is loaded.",
    de="Kein Dienst ist geladen, der sie stellt.",
    fr="Aucun service ne la règle.",
    es="No hay ningún servicio cargado que lo ajuste.",
)


async def answer(ask: Asking) -> None:
    seen = await ask.look("time_sync")
    if seen.problem:
        ask.cannot(seen, "timedatectl")
        return
    here = datetime.fromtimestamp(ask.clock.now(), tz=UTC).astimezone()
    ask.say(NOW, seen, now=f"{here:%Y-%m-%d %H:%M}", zone=seen.data.get("timezone", ""))
    kept, services = seen.data.get("in_step"), seen.data.get("services")
    if isinstance(kept, bool):
        ask.say(STEP[kept], seen)
    for name, state in services.items() if isinstance(services, dict) else ():
        ask.say(IS, seen, name=name, state=state)
    if services == {}:
        ask.say(NOBODY, seen)


TOPIC = Topic(
    name="clock",
    title=Words(en="the clock", de="die Uhr", fr="l'horloge", es="el reloj"),
    questions=QUESTIONS,
    answer=answer,
    looks=("time_sync",),
)
