"""Who it is and what it can be asked."""

from __future__ import annotations

from stillwatch.think.talk.topic import Asking, Topic, Words

QUESTIONS = {
    "en": """help
    what can you do
    who are you
    what are you
    what can I ask you
    how does this work
    which commands are there
    what is stillwatch
    what do you know
    are you a human
    are you chatgpt
    are you an ai
    are you a bot
    are you a real person
    ?
    how can you help
    what do you do
    what is your job""",
    "de": """hilfe
    was kannst du
    wer bist du
    was bist du
    was kann ich dich fragen
    wie funktioniert das
    was ist stillwatch
    was weißt du
    bist du ein mensch
    bist du eine ki
    was machst du
    was machst du hier
    wobei kannst du helfen""",
    "fr": """aide
    que sais-tu faire
    qui es-tu
    que peux-tu faire
    que puis-je te demander
    comment ça marche
    qu'est-ce que stillwatch
    es-tu un humain
    es-tu une ia
    que fais-tu
    peux-tu m'aider""",
    "es": """ayuda
    qué puedes hacer
    quién eres
    qué eres
    qué te puedo preguntar
    cómo funciona esto
    qué es stillwatch
    eres humano
    eres una ia
    qué haces
    me puedes ayudar""",
}
I_AM = Words(
    en="I am Stillwatch, the administrator that lives on this host: I watch it, say what is wrong and why, and propose what could be done.",
    de="Ich bin Stillwatch, der Administrator, der auf diesem Host lebt: Ich beobachte ihn, sage, was nicht stimmt und warum, und schlage vor, was zu tun wäre.",
    fr="Je suis Stillwatch, l'administrateur qui vit sur cet hôte : je l'observe, je dis ce qui ne va pas et pourquoi, et je propose ce qu'on peut faire.",
    es="Soy Stillwatch, el administrador que vive en este equipo: lo observo, digo qué está mal y por qué, y propongo qué hacer.",
)
ASK = Words(
    en="Ask me for example: what is wrong? why is nginx down? what changed? what fills the disk? who is logged in? did the backup run?",
    de="Fragen Sie zum Beispiel: Was ist los? Warum läuft nginx nicht? Was hat sich geändert? Was füllt die Platte? Wer ist angemeldet? Lief das Backup?",
    fr="Demandez par exemple : qu'est-ce qui ne va pas ? pourquoi nginx est en panne ? qu'est-ce qui a changé ? qui est connecté ?",
    es="Pregunte por ejemplo: ¿qué está mal? ¿por qué está caído nginx? ¿qué ha cambiado? ¿quién está conectado?",
)
ORDERS = Words(
    en="Orders: `restart nginx`, `undo`, `mute I7 for 4 hours`, `unmute I7`, `approve A-17 CODE`, `reject A-17`, `pause`. Only the gate changes anything.",
    de="Befehle: `starte nginx neu`, `mach das rückgängig`, `I7 für 4 Stunden stumm`, `approve A-17 CODE`, `reject A-17`, `pause`. Nur das Gate ändert etwas.",
    fr="Ordres : `redémarre nginx`, `annule`, `mute I7 for 4 hours`, `approve A-17 CODE`, `reject A-17`, `pause`. Seul le gate change quelque chose.",
    es="Órdenes: `reinicia nginx`, `deshacer`, `mute I7 for 4 hours`, `approve A-17 CODE`, `reject A-17`, `pause`. Solo el gate cambia algo.",
)


async def answer(ask: Asking) -> None:
    ask.say(I_AM)
    ask.say(ASK)
    ask.say(ORDERS)


TOPIC = Topic(
    name="help",
    title=Words(en="what I can do", de="was ich kann", fr="ce que je sais faire", es="lo que puedo hacer"),
    questions=QUESTIONS,
    answer=answer,
)
