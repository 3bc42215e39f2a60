"""What needs a unit, and what a stop of it would end."""

from __future__ import annotations

from stillwatch.think.talk.topic import Asking, Topic, Words, strings
from stillwatch.think.talk.topics.unit_state import tell_state
from stillwatch.think.talk.unit_asked import unit_asked

QUESTIONS = {
    "en": """what depends on nginx
    what needs nginx
    which services need the database
    what would break if I stopped nginx
    what happens if I stop nginx
    what else stops when I stop nginx
    who depends on postgresql
    can I stop nginx without breaking anything
    what does nginx depend on
    which units does nginx need
    dependencies of nginx
    what goes down with the database
    is it safe to stop nginx
    what would happen if nginx went down""",
    "de": """was hängt von nginx ab
    was braucht nginx
    welche dienste brauchen die datenbank
    was geht kaputt wenn ich nginx stoppe
    was passiert wenn ich nginx anhalte
    was fällt mit nginx aus
    wer braucht postgresql
    wovon hängt nginx ab
    abhängigkeiten von nginx
    kann ich nginx gefahrlos stoppen""",
    "fr": """qu'est-ce qui dépend de nginx
    de quoi dépend nginx
    quels services ont besoin de la base de données
    que se passe-t-il si j'arrête nginx
    qu'est-ce qui casse si j'arrête nginx
    dépendances de nginx
    puis-je arrêter nginx sans risque""",
    "es": """qué depende de nginx
    de qué depende nginx
    qué servicios necesitan la base de datos
    qué pasa si paro nginx
    qué se rompe si detengo nginx
    dependencias de nginx
    puedo parar nginx sin romper nada""",
}
ENDS = Words(
    en="A stop of {unit} would also stop: {names}.",
    de="Ein Stopp von {unit} würde auch stoppen: {names}.",
    fr="Un arrêt de {unit} arrêterait aussi : {names}.",
    es="Parar {unit} pararía también: {names}.",
)
ALONE = Words(
    en="By systemd's dependencies a stop of {unit} stops nothing else that runs.",
    de="Nach systemds Abhängigkeiten stoppt ein Stopp von {unit} nichts anderes, was läuft.",
    fr="D'après les dépendances de systemd, un arrêt de {unit} n'arrête rien d'autre de ce qui tourne.",
    es="Según las dependencias de systemd, parar {unit} no para nada más de lo que funciona.",
)
NEEDED = Words(
    en="Units that need it: {names}.",
    de="Units, die sie brauchen: {names}.",
    fr="Unités qui en ont besoin : {names}.",
    es="Unidades que la necesitan: {names}.",
)
NEEDS = Words(
    en="It needs: {names}.", de="Sie braucht: {names}.", fr="Elle a besoin de : {names}.", es="Necesita: {names}."
)
DOWN = Words(
    en="Of all these not active: {names}.",
    de="Davon nicht aktiv: {names}.",
    fr="Parmi elles, non actives : {names}.",
    es="De estas, no activas: {names}.",
)
CLIENTS = Words(
    en="Programs that use it over the network or a socket are not seen by this.",
    de="Programme, die sie über Netz oder Socket benutzen, sind so nicht zu sehen.",
    fr="Les programmes qui l'utilisent par le réseau ou une socket ne se voient pas ainsi.",
    es="Los programas que la usan por la red o un socket no se ven así.",
)
MOST = 12


async def answer(ask: Asking) -> None:
    name = unit_asked(ask)
    if name not in ask.known.units:
        if name:
            await tell_state(ask, name)
        return
    seen = await ask.look("unit_dependencies", unit=name)
    if seen.problem:
        ask.cannot(seen, f"systemctl list-dependencies --reverse {name}")
        return
    if seen.data.get("ends_with_it") is not None:
        ends = strings(seen, "ends_with_it")
        ask.say(ENDS if ends else ALONE, seen, unit=name, names=_some(ends))
    for words, names in (
        (NEEDED, strings(seen, "required_by")),
        (NEEDS, strings(seen, "requires")),
        (DOWN, [one for one in strings(seen, "not_active") if one.endswith((".service", ".socket", ".mount"))]),
    ):
        if names:
            ask.say(words, seen, names=_some(names))
    ask.say(CLIENTS)


def _some(names: list[str]) -> str:
    return ", ".join(names[:MOST]) + (" …" if len(names) > MOST else "")


TOPIC = Topic(
    name="needed_by",
    title=Words(
        en="what needs a service",
        de="was einen Dienst braucht",
        fr="ce qui a besoin d'un service",
        es="qué necesita un servicio",
    ),
    questions=QUESTIONS,
    answer=answer,
    looks=("unit_dependencies",),
    wants="unit",
)
