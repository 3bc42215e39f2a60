"""Who logged in lately."""

from __future__ import annotations

from stillwatch.think.talk.topic import Asking, Topic, Words, rows

QUESTIONS = {
    "en": """who logged in
    who logged in yesterday
    who was logged in last night
    last logins
    login history
    when did ann last log in
    when was the last login
    who was on the server
    did anybody log in
    successful logins
    last
    who logged in today
    who came in last night""",
    "de": """wer hat sich angemeldet
    wer war gestern angemeldet
    wer war eingeloggt
    letzte anmeldungen
    wann war die letzte anmeldung
    wer war auf dem server
    hat sich jemand angemeldet
    erfolgreiche logins
    wer hat sich heute angemeldet
    wer war heute drauf""",
    "fr": """qui s'est connecté
    qui était connecté hier
    dernières connexions
    historique des connexions
    quand était la dernière connexion
    qui était sur le serveur
    qui s'est connecté aujourd'hui
    qui s'est connecté cette nuit""",
    "es": """quién se conectó
    quién inició sesión
    quién se conectó ayer
    últimos inicios de sesión
    cuándo fue el último inicio de sesión
    quién estuvo en el servidor
    quién entró
    quién se conectó hoy
    quién entró ayer""",
}
COUNT = Words(
    en="In the last {hours} h sshd and login told of {count:login|logins}.",
    de="In den letzten {hours} h gab es laut sshd und login {count:Anmeldung|Anmeldungen}.",
    fr="Ces {hours} dernières heures, sshd et login ont signalé {count:connexion|connexions}.",
    es="En las últimas {hours} h hubo {count:inicio|inicios} de sesión según sshd y login.",
)
LAST = Words(
    en="The last was {user} from {place} at {at}.",
    de="Die letzte war {user} von {place} um {at}.",
    fr="La dernière : {user} depuis {place} à {at}.",
    es="El último fue {user} desde {place} a las {at}.",
)
WEEK_HOURS = 168.0


async def answer(ask: Asking) -> None:
    hours = round(min(max(ask.named.span.hours, 1.0), 720.0) if ask.named.span else WEEK_HOURS)
    seen = await ask.look("logins", hours=float(hours))
    if seen.problem:
        ask.cannot(seen, "last")
        return
    found = rows(seen, "logins")
    if ask.named.user:
        found = [row for row in found if row["user"] == ask.named.user]
    ask.say(COUNT, seen, hours=hours, count=len(found) if ask.named.user else seen.data.get("count"))
    if found:
        first = found[0]
        ask.say(LAST, seen, user=first["user"], place=first["from"] or "tty", at=ask.when(first["at"]))
    for row in found[:10]:
        ask.row(ask.when(row["at"]), row["user"], row["from"], row["how"], subject=str(row["user"]))


TOPIC = Topic(
    name="logins",
    title=Words(en="who logged in", de="wer sich angemeldet hat", fr="qui s'est connecté", es="quién inició sesión"),
    questions=QUESTIONS,
    answer=answer,
    looks=("logins",),
)
