"""Which services run and which failed."""

from __future__ import annotations

from stillwatch.think.talk.topic import Asking, Topic, Words, strings

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
    which units are failed""",
    "de": """welche dienste laufen
    liste der dienste
    ausgefallene dienste
    fehlgeschlagene units
    laufen alle dienste
    welche dienste sind ausgefallen
    was läuft auf dem server
    laufende dienste""",
    "fr": """quels services tournent
    liste des services
    services en échec
    unités en échec
    tous les services tournent-ils
    quels services sont en panne
    qu'est-ce qui tourne sur le serveur""",
    "es": """qué servicios están corriendo
    lista de servicios
    servicios fallidos
    unidades fallidas
    funcionan todos los servicios
    qué servicios fallaron
    qué corre en el servidor""",
}
COUNT = Words(
    en="{count:service runs|services run}.",
    de="{count:Dienst läuft|Dienste laufen}.",
    fr="{count:service tourne|services tournent}.",
    es="{count:servicio está|servicios están} en marcha.",
)
FAILED = Words(en="Failed: {names}.", de="Ausgefallen: {names}.", fr="En échec : {names}.", es="Fallidos: {names}.")
NONE = Words(
    en="No unit has failed.",
    de="Keine Unit ist ausgefallen.",
    fr="Aucune unité n'est en échec.",
    es="Ninguna unidad ha fallado.",
)
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
    ask.say(COUNT, seen, count=len(running))
    for name in [*failed, *running]:
        ask.row(name, "failed" if name in failed else "", subject=name)


TOPIC = Topic(
    name="services",
    title=Words(
        en="running and failed services", de="laufende und ausgefallene Dienste", fr="les services", es="los servicios"
    ),
    questions=QUESTIONS,
    answer=answer,
    looks=("services",),
)
