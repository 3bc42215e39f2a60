"""A greeting, thanks or a farewell."""

from __future__ import annotations

from stillwatch.records.trigger import Severity
from stillwatch.think.talk.topic import Asking, Topic, Words

QUESTIONS = {
    "en": """hello
    hi
    hey
    good morning
    good evening
    thanks
    thank you
    thanks a lot
    bye
    good night
    well done
    nice
    great
    cool
    perfect
    how are you
    good job""",
    "de": """hallo
    guten morgen
    guten tag
    guten abend
    moin
    servus
    grüß gott
    danke
    vielen dank
    tschüss
    gute nacht
    super
    prima
    wie geht es dir
    gut gemacht""",
    "fr": """bonjour
    bonsoir
    salut
    coucou
    merci
    merci beaucoup
    au revoir
    bonne nuit
    super
    parfait
    comment vas-tu
    ça va""",
    "es": """hola
    buenos días
    buenas tardes
    buenas noches
    gracias
    muchas gracias
    adiós
    hasta luego
    perfecto
    genial
    cómo estás""",
}
HERE = Words(
    en="I am here, and I watch this host.",
    de="Ich bin da und beobachte diesen Host.",
    fr="Je suis là et j'observe cet hôte.",
    es="Estoy aquí y observo este equipo.",
)
OPEN = Words(
    en="Open incidents: {count}. Ask: what is wrong?",
    de="Offene Vorfälle: {count}. Fragen Sie: Was ist los?",
    fr="Incidents ouverts : {count}. Demandez : qu'est-ce qui ne va pas ?",
    es="Incidentes abiertos: {count}. Pregunte: ¿qué está mal?",
)


async def answer(ask: Asking) -> None:
    ask.say(HERE)
    if count := sum(one.severity > Severity.info for one in ask.known.incidents):
        ask.say(OPEN, count=count)


TOPIC = Topic(
    name="greeting",
    title=Words(en="a greeting", de="ein Gruß", fr="un salut", es="un saludo"),
    questions=QUESTIONS,
    answer=answer,
)
