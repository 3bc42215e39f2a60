"""Whether something happened before, and how often."""

from __future__ import annotations

from stillwatch.think.talk.times import DAY
from stillwatch.think.talk.topic import Asking, Topic, Words

QUESTIONS = {
    "en": """is this the first time it failed
    is it the first time
    has this happened before
    how often has that happened
    how often did nginx fail
    did nginx fail before
    does this happen often
    when did that last happen
    has it failed before
    is that a recurring problem
    how many times did the database fail
    did that happen again""",
    "de": """ist das zum ersten mal passiert
    ist das schon mal passiert
    wie oft ist das passiert
    wie oft ist nginx ausgefallen
    passiert das öfter
    wann ist das zuletzt passiert
    kam das schon mal vor
    ist das ein wiederkehrendes problem""",
    "fr": """est-ce la première fois
    est-ce déjà arrivé
    combien de fois est-ce arrivé
    combien de fois nginx est-il tombé
    cela arrive-t-il souvent
    quand est-ce arrivé la dernière fois
    est-ce un problème récurrent""",
    "es": """es la primera vez
    ya pasó antes
    cuántas veces ha pasado
    cuántas veces ha fallado nginx
    pasa a menudo
    cuándo pasó la última vez
    es un problema recurrente""",
}
COUNT = Words(
    en="In the last {days} days I know of {count:incident|incidents} of {name}.",
    de="In den letzten {days} Tagen kenne ich {count:Vorfall|Vorfälle} von {name}.",
    fr="Ces {days} derniers jours, j'ai connaissance de {count:incident|incidents} de {name}.",
    es="En los últimos {days} días conozco {count:incidente|incidentes} de {name}.",
)
WATCHED = Words(
    en="What happened before I watched this host I cannot know.",
    de="Was geschah, bevor ich diesen Host beobachtete, kann ich nicht wissen.",
    fr="Ce qui s'est passé avant que j'observe cet hôte, je ne peux pas le savoir.",
    es="Lo que pasó antes de que yo vigilara este equipo no lo puedo saber.",
)
WHICH = Words(
    en="Of what? Name a service or an incident.",
    de="Wovon? Bitte einen Dienst oder einen Vorfall nennen.",
    fr="De quoi ? Nommez un service ou un incident.",
    es="¿De qué? Nombre un servicio o un incidente.",
)
DAYS = 30


async def answer(ask: Asking) -> None:
    since = ask.named.span.since if ask.named.span else ask.clock.now() - DAYS * DAY
    name = ask.named.unit or _at_hand(ask)
    if not name:
        ask.say(WHICH)
        return
    known = [one for one in ask.known.recent(200) if one.updated >= since and one.subject == name]
    days = max(1, round((ask.clock.now() - since) / DAY))
    ask.say(COUNT, days=days, count=len(known), name=name)
    for one in sorted(known, key=lambda one: -one.opened):
        ask.row(f"{one.id} {ask.when(one.opened)}", one.summary, one.state, subject=one.subject)
    ask.say(WATCHED)


def _at_hand(ask: Asking) -> str:
    """What the named incident is about, or the only one that is open."""
    incidents = [one for one in ask.known.incidents if ask.named.incident in ("", one.id)]
    subjects = {one.subject for one in incidents}
    return subjects.pop() if len(subjects) == 1 else ""


TOPIC = Topic(
    name="recurrence",
    title=Words(
        en="whether it happened before",
        de="ob es schon einmal passiert ist",
        fr="si c'est déjà arrivé",
        es="si ya pasó antes",
    ),
    questions=QUESTIONS,
    answer=answer,
    wants="name",
)
