"""What people told it, what is muted, and which models it has."""

from __future__ import annotations

from stillwatch.think.talk.topic import Asking, Topic, Words
from stillwatch.think.talk.words import words_of

QUESTIONS = {
    "en": """what models are installed
    what did I tell you
    your notes
    notes
    what is muted
    which incidents are muted
    muted alerts
    which model are you
    which language model do you use
    models
    what do you remember
    are the models loaded
    what did I note
    which model do you run on""",
    "de": """was habe ich dir gesagt
    notizen
    deine notizen
    was ist stummgeschaltet
    welche vorfälle sind stumm
    welches modell bist du
    welches sprachmodell benutzt du
    modelle
    was hast du dir gemerkt
    was habe ich notiert
    was hast du notiert
    welches modell nutzt du""",
    "fr": """que t'ai-je dit
    notes
    tes notes
    qu'est-ce qui est en sourdine
    quel modèle es-tu
    quel modèle de langue utilises-tu
    modèles
    qu'ai-je noté""",
    "es": """qué te dije
    notas
    tus notas
    qué está silenciado
    qué modelo eres
    qué modelo de lenguaje usas
    modelos
    qué anoté""",
}
NOTES = Words(
    en="People noted (their words, not something I saw):",
    de="Notiert wurde (Worte von Menschen, nichts, was ich gesehen habe):",
    fr="Notes (paroles de personnes, pas des faits vus par moi) :",
    es="Se anotó (palabras de personas, no hechos que yo viera):",
)
NO_NOTES = Words(en="Nothing is noted.", de="Nichts ist notiert.", fr="Rien n'est noté.", es="No hay notas.")
MUTES = Words(en="Muted: {what}.", de="Stummgeschaltet: {what}.", fr="En sourdine : {what}.", es="Silenciado: {what}.")
NO_MUTES = Words(
    en="Nothing is muted.", de="Nichts ist stummgeschaltet.", fr="Rien n'est en sourdine.", es="No hay nada silenciado."
)
MODELS = Words(en="Models: {what}.", de="Modelle: {what}.", fr="Modèles : {what}.", es="Modelos: {what}.")
NO_MODELS = Words(
    en="No model writes here; what I say comes from fixed code.",
    de="Hier schreibt kein Modell; was ich sage, kommt aus festem Code.",
    fr="Aucun modèle n'écrit ici ; mes phrases viennent d'un code fixe.",
    es="Aquí no escribe ningún modelo; lo que digo sale de código fijo.",
)


async def answer(ask: Asking) -> None:
    text = " ".join(words_of(ask.question))
    if any(word in text for word in ("mute", "stumm", "sourdine", "silenci")):
        mutes = list(ask.known.mutes())
        ask.say(MUTES if mutes else NO_MUTES, what="; ".join(mutes))
    elif any(word in text for word in ("model", "modell", "modele")):
        ask.say(MODELS if ask.known.models else NO_MODELS, what="; ".join(ask.known.models))
    else:
        notes = list(ask.known.notes())
        ask.say(NOTES if notes else NO_NOTES)
        for note in notes:
            ask.row(note)


TOPIC = Topic(
    name="remembered",
    title=Words(
        en="notes, mutes and models",
        de="Notizen, Stummgeschaltetes und Modelle",
        fr="notes, sourdines et modèles",
        es="notas, silencios y modelos",
    ),
    questions=QUESTIONS,
    answer=answer,
    wants="name",
)
