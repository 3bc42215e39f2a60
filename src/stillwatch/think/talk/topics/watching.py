"""What is watched and read, whether that works now, and what its own rights are."""

from __future__ import annotations

import os
from typing import Final

from stillwatch.host.accounts import user_name
from stillwatch.think.talk.topic import Asking, Topic, Words

QUESTIONS = {
    "en": """what do you watch
    what are you watching
    are you working
    do you work
    when did you last check
    how often do you look
    what do you read
    can you read my files
    can you see my passwords
    are you root
    which user do you run as
    what can you not see
    which sources do you read""",
    "de": """was beobachtest du
    was überwachst du
    arbeitest du gerade
    wann hast du zuletzt nachgesehen
    wie oft schaust du nach
    kannst du meine dateien lesen
    siehst du meine passwörter
    bist du root
    was kannst du nicht sehen""",
    "fr": """que surveilles-tu
    est-ce que tu travailles
    quand as-tu vérifié pour la dernière fois
    à quelle fréquence regardes-tu
    peux-tu lire mes fichiers
    vois-tu mes mots de passe
    es-tu root
    que ne peux-tu pas voir""",
    "es": """qué vigilas
    estás trabajando
    cuándo revisaste por última vez
    con qué frecuencia miras
    puedes leer mis archivos
    ves mis contraseñas
    eres root
    qué no puedes ver""",
}
READ: Final = Words(
    en="I watch {count:unit|units} and read: {names}.",
    de="Ich beobachte {count:Unit|Units} und lese: {names}.",
    fr="J'observe {count:unité|unités} et je lis : {names}.",
    es="Vigilo {count:unidad|unidades} y leo: {names}.",
)
UNREAD: Final = Words(
    en="Not read: {names}.", de="Nicht gelesen: {names}.", fr="Non lu : {names}.", es="Sin leer: {names}."
)
NOTHING: Final = Words(
    en="I read nothing at the moment, so I cannot say how this host is.",
    de="Zurzeit lese ich nichts und kann daher nicht sagen, wie es dem Host geht.",
    fr="Je ne lis rien pour le moment, je ne peux donc rien dire de cet hôte.",
    es="Ahora mismo no leo nada, así que no puedo decir cómo está este equipo.",
)
RIGHTS: Final = Words(
    en="This program runs as {user}; lines are read as they come, and secrets are cut out before anything is kept or shown.",
    de="Dieses Programm läuft als {user}; Zeilen werden gelesen, wie sie kommen, und Geheimnisse entfernt, bevor etwas behalten oder gezeigt wird.",
    fr="Ce programme tourne en tant que {user} ; les lignes sont lues dès leur arrivée, et les secrets retirés avant toute conservation.",
    es="Este programa corre como {user}; las líneas se leen según llegan, y los secretos se quitan antes de guardar o mostrar nada.",
)


async def answer(ask: Asking) -> None:
    read = [one.name for one in ask.known.sources if one.read]
    unread = [f"{one.name} ({one.problem})" if one.problem else one.name for one in ask.known.sources if not one.read]
    if read:
        ask.say(READ, count=len(ask.known.units), names=", ".join(read))
    else:
        ask.say(NOTHING)
    if unread:
        ask.say(UNREAD, names=", ".join(unread))
    ask.say(RIGHTS, user=user_name(os.geteuid()))


TOPIC = Topic(
    name="watching",
    title=Words(en="what I watch", de="was ich beobachte", fr="ce que j'observe", es="lo que vigilo"),
    questions=QUESTIONS,
    answer=answer,
)
