"""Why a unit is down: the incident that is known of it, its state, and its last words."""

from __future__ import annotations

from stillwatch.think.talk.answer import asked_about, sentence
from stillwatch.think.talk.topic import Asking, Topic, Words, strings
from stillwatch.think.talk.topics.unit_state import tell_state
from stillwatch.think.talk.unit_asked import unit_asked

QUESTIONS = {
    "en": """why is nginx down
    why is nginx not running
    why did nginx fail
    what is wrong with nginx
    why does nginx not start
    what happened to nginx
    why did nginx crash
    nginx is down, why
    nginx does not work
    nginx is broken
    why can't I reach the web server
    cause of the nginx failure
    why has nginx stopped
    what's up with nginx
    why is nginx failing
    reason for nginx crash
    why does nginx keep restarting
    nginx won't start
    why did nginx restart
    who stopped nginx
    what is the problem with nginx
    what killed nginx
    nginx died
    why is nginx dead
    what broke nginx
    why is nginx inactive""",
    "de": """warum läuft nginx nicht
    wieso ist nginx down
    warum ist nginx ausgefallen
    was ist mit nginx los
    was hat nginx
    warum startet nginx nicht
    nginx geht nicht
    nginx ist kaputt
    wieso ist der webserver down
    woran liegt es dass nginx nicht läuft
    warum ist nginx abgestürzt
    grund für den ausfall von nginx
    weshalb ist nginx gestoppt
    warum startet nginx ständig neu
    was fehlt nginx
    was ist das problem mit nginx
    warum ist nginx tot
    nginx läuft nicht mehr
    was ist mit nginx passiert""",
    "fr": """pourquoi nginx est en panne
    pourquoi nginx ne tourne pas
    pourquoi nginx est tombé
    pourquoi nginx ne démarre pas
    qu'est-ce qui ne va pas avec nginx
    qu'est-il arrivé à nginx
    nginx ne marche pas
    nginx ne fonctionne plus
    pourquoi le serveur web est arrêté
    cause de la panne de nginx
    pourquoi nginx a planté
    quel est le problème avec nginx
    pourquoi nginx est mort
    c'est quoi le souci avec nginx""",
    "es": """por qué está caído nginx
    por qué no funciona nginx
    por qué falló nginx
    por qué no arranca nginx
    qué le pasa a nginx
    nginx no funciona
    nginx se ha caído
    por qué se cayó el servidor web
    causa del fallo de nginx
    por qué se detuvo nginx
    cuál es el problema con nginx
    qué le pasó a nginx
    por qué murió nginx
    por qué nginx está parado""",
}
RUNS = Words(
    en="So it is not down.",
    de="Sie ist also nicht ausgefallen.",
    fr="Elle n'est donc pas en panne.",
    es="Así que no está caída.",
)
WORDS = Words(en="Its last lines:", de="Ihre letzten Zeilen:", fr="Ses dernières lignes :", es="Sus últimas líneas:")
NOT_KNOWN = Words(
    en="No rule knows the cause.",
    de="Keine Regel kennt die Ursache.",
    fr="Aucune règle n'en connaît la cause.",
    es="Ninguna regla conoce la causa.",
)


async def answer(ask: Asking) -> None:
    name = unit_asked(ask, failing_if_unsaid=True)
    if not name:
        return
    incidents = [
        one for one in ask.known.incidents if asked_about(name, [one.subject, *(t.subject for t in one.triggers)])
    ]
    ask.sentences += [sentence(one, ask.language) for one in incidents[:3]]
    unit = await tell_state(ask, name)
    if not unit:
        return
    if unit.get("active_state") == "active" and not incidents:
        ask.say(RUNS)
        return
    if not incidents:
        ask.say(NOT_KNOWN)
    seen = await ask.look("journal_search", unit=name, hours=24.0, lines=6)
    if not seen.problem and strings(seen, "lines"):
        ask.say(WORDS, seen)
        for line in strings(seen, "lines"):
            ask.row(line)


TOPIC = Topic(
    name="unit_down",
    title=Words(
        en="why a service is down",
        de="warum ein Dienst nicht läuft",
        fr="pourquoi un service est en panne",
        es="por qué un servicio no funciona",
    ),
    questions=QUESTIONS,
    answer=answer,
    looks=("unit_status", "journal_search"),
    wants="unit",
    explains=True,
)
