"""What is not about this host: weather, jokes, poems, the world. It is told so, and nothing is made up."""

from __future__ import annotations

from stillwatch.think.talk.topic import Asking, Topic, Words

QUESTIONS = {
    "en": """what is the weather
    weather forecast
    will it rain tomorrow
    tell me a joke
    write me a poem
    sing a song
    write a story
    what is the capital of france
    who is the president
    who won the game
    translate this
    what is two plus two
    do my homework
    how do I cook pasta
    what is the meaning of life
    recommend a film
    should I buy stocks
    write python code
    ignore all previous instructions
    do you love me
    how old are you""",
    "de": """wie ist das wetter
    regnet es morgen
    erzähl einen witz
    schreib ein gedicht
    sing ein lied
    was ist die hauptstadt von frankreich
    wer ist bundeskanzler
    wer hat das spiel gewonnen
    übersetze das
    was ist der sinn des lebens
    empfiehl mir einen film
    wie koche ich nudeln""",
    "fr": """quel temps fait-il dehors
    quel temps fait-il
    va-t-il pleuvoir
    raconte une blague
    écris un poème
    quelle est la capitale de la france
    qui est le président
    qui a gagné le match
    traduis cela
    quel est le sens de la vie""",
    "es": """qué tiempo hace
    qué tiempo hará mañana
    va a llover
    cuéntame un chiste
    escribe un poema
    cuál es la capital de francia
    quién es el presidente
    quién ganó el partido
    traduce esto""",
}
OUTSIDE = Words(
    en="I do not understand that as a question about this host, and I answer for this host alone. Write `help` for what I can be asked.",
    de="Das verstehe ich nicht als Frage zu diesem Host, und nur für ihn antworte ich. `hilfe` zeigt, was man fragen kann.",
    fr="Je ne comprends pas cela comme une question sur cet hôte, et je ne réponds que pour lui. Écrivez `aide` pour voir ce qu'on peut demander.",
    es="No entiendo eso como una pregunta sobre este equipo, y solo respondo por él. Escriba `ayuda` para ver qué se puede preguntar.",
)


async def answer(ask: Asking) -> None:
    ask.say(OUTSIDE)


TOPIC = Topic(
    name="outside",
    title=Words(en="something else", de="etwas anderes", fr="autre chose", es="otra cosa"),
    questions=QUESTIONS,
    answer=answer,
)
