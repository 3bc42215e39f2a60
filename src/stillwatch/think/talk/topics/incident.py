"""One incident or one piece of evidence by its id."""

from __future__ import annotations

from stillwatch.think.talk.answer import sentence
from stillwatch.think.talk.topic import Asking, Topic, Words

QUESTIONS = {
    "en": """I7
    what is I7
    tell me about incident I7
    show incident 7
    details of I3
    what is E4
    show evidence E4
    what does E2 say
    explain I7
    more about incident 7""",
    "de": """I7
    was ist I7
    zeige vorfall 7
    details zu I3
    was ist E4
    zeige beleg E4
    was steht in E2
    mehr zu vorfall 7""",
    "fr": """I7
    qu'est-ce que I7
    montre l'incident 7
    détails de I3
    qu'est-ce que E4
    montre la preuve E4""",
    "es": """I7
    qué es I7
    muestra el incidente 7
    detalles de I3
    qué es E4
    muestra la evidencia E4""",
}
NONE = Words(
    en="I know of no incident {id}.",
    de="Ich kenne keinen Vorfall {id}.",
    fr="Je ne connais aucun incident {id}.",
    es="No conozco ningún incidente {id}.",
)
STATE = Words(
    en="{id} is {state}, {severity}, opened at {opened}.",
    de="{id} ist {state}, {severity}, seit {opened}.",
    fr="{id} est {state}, {severity}, ouvert à {opened}.",
    es="{id} está {state}, {severity}, abierto a las {opened}.",
)
NO_EVIDENCE = Words(
    en="{id} is not among the evidence of the open incidents; ids are counted anew in each answer.",
    de="{id} gehört nicht zu den Belegen der offenen Vorfälle; gezählt wird in jeder Antwort neu.",
    fr="{id} ne figure pas parmi les preuves des incidents ouverts ; les numéros sont refaits à chaque réponse.",
    es="{id} no está entre las evidencias de los incidentes abiertos; se numeran de nuevo en cada respuesta.",
)
SAYS = Words(en="{id}, from {source}:", de="{id}, aus {source}:", fr="{id}, de {source} :", es="{id}, de {source}:")
WHICH = Words(
    en="Which incident? Name its id, such as I7.",
    de="Welcher Vorfall? Bitte die Nummer nennen, etwa I7.",
    fr="Quel incident ? Donnez son numéro, par exemple I7.",
    es="¿Qué incidente? Diga su número, por ejemplo I7.",
)


async def answer(ask: Asking) -> None:
    if ask.named.incident:
        one = next(
            (one for one in [*ask.known.incidents, *ask.known.recent(200)] if one.id == ask.named.incident), None
        )
        if one is None:
            ask.say(NONE, id=ask.named.incident)
            return
        ask.say(STATE, id=one.id, state=one.state, severity=one.severity, opened=ask.when(one.opened))
        ask.sentences.append(sentence(one, ask.language))
        for step in one.history[-6:]:
            ask.row(ask.when(step.at), step.by, step.text)
    elif ask.named.evidence:
        found = next((one for one in ask.known.evidence if one.id == ask.named.evidence), None)
        if found is None:
            ask.say(NO_EVIDENCE, id=ask.named.evidence)
            return
        ask.say(SAYS, found.id, id=found.id, source=found.source)
        ask.row(found.text)
    else:
        ask.say(WHICH)


TOPIC = Topic(
    name="incident",
    title=Words(
        en="an incident by its id",
        de="ein Vorfall mit seiner Nummer",
        fr="un incident par son numéro",
        es="un incidente por su número",
    ),
    questions=QUESTIONS,
    answer=answer,
    wants="name",
)
