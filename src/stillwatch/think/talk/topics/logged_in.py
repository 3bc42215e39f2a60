"""Who is logged in now."""

from __future__ import annotations

from stillwatch.think.talk.topic import Asking, Topic, Words, rows

QUESTIONS = {
    "en": """who is logged in
    who is on
    who is online
    logged in users
    is anybody logged in
    who
    active sessions
    who is on the server right now
    current users
    ssh sessions
    is anyone else logged in
    is anybody on the box
    who is on the machine
    anyone online""",
    "de": """wer ist angemeldet
    wer ist eingeloggt
    wer ist drauf
    ist jemand angemeldet
    angemeldete benutzer
    aktive sitzungen
    wer ist gerade auf dem server
    ist noch jemand angemeldet
    wer ist auf der maschine""",
    "fr": """qui est connecté
    qui est en ligne
    utilisateurs connectés
    quelqu'un est-il connecté
    sessions actives
    qui est sur le serveur
    y a-t-il quelqu'un sur la machine
    qui est là""",
    "es": """quién está conectado
    quién está en línea
    usuarios conectados
    hay alguien conectado
    sesiones activas
    quién está en el servidor
    quién está en la máquina
    quién está dentro
    hay alguien más""",
}
COUNT = Words(
    en="{count:session is|sessions are} open: {who}.",
    de="{count:Sitzung ist|Sitzungen sind} offen: {who}.",
    fr="{count:session est ouverte|sessions sont ouvertes} : {who}.",
    es="Hay {count:sesión abierta|sesiones abiertas}: {who}.",
)
NOBODY = Words(
    en="Nobody is logged in.", de="Niemand ist angemeldet.", fr="Personne n'est connecté.", es="No hay nadie conectado."
)


async def answer(ask: Asking) -> None:
    seen = await ask.look("sessions")
    if seen.problem:
        ask.cannot(seen, "who")
        return
    found = rows(seen, "sessions")
    ask.say(
        COUNT if found else NOBODY, seen, count=len(found), who=", ".join(sorted({str(row["user"]) for row in found}))
    )
    for row in found:
        ask.row(row["user"], ask.when(row["since"]), row["terminal"], row["from"], subject=str(row["user"]))


TOPIC = Topic(
    name="logged_in",
    title=Words(en="who is logged in", de="wer angemeldet ist", fr="qui est connecté", es="quién está conectado"),
    questions=QUESTIONS,
    answer=answer,
    looks=("sessions",),
)
