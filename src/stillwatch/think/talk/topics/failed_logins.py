"""Logins that failed."""

from __future__ import annotations

from stillwatch.think.talk.topic import Asking, Topic, Words, number, rows

QUESTIONS = {
    "en": """failed logins
    failed login attempts
    is somebody attacking us
    brute force attempts
    are we under attack
    who tried to log in
    wrong passwords
    ssh attacks
    break-in attempts
    was the server hacked
    unsuccessful logins
    is someone trying to break in
    are we being attacked""",
    "de": """fehlgeschlagene anmeldungen
    fehlgeschlagene logins
    greift uns jemand an
    werden wir angegriffen
    wer hat versucht sich anzumelden
    falsche passwörter
    ssh angriffe
    einbruchsversuche
    wurde der server gehackt
    versucht jemand einzubrechen
    gab es angriffe""",
    "fr": """échecs de connexion
    tentatives de connexion échouées
    sommes-nous attaqués
    attaques ssh
    qui a essayé de se connecter
    mots de passe erronés
    le serveur a-t-il été piraté
    tentatives d'intrusion
    quelqu'un essaie-t-il d'entrer
    est-on attaqué""",
    "es": """inicios de sesión fallidos
    intentos fallidos
    nos están atacando
    ataques ssh
    quién intentó entrar
    contraseñas incorrectas
    fue hackeado el servidor
    intentos de intrusión
    estamos bajo ataque
    alguien intenta entrar
    hay ataques""",
}
COUNT = Words(
    en="In the last {hours} h {count:login|logins} failed.",
    de="{count:Anmeldung ist|Anmeldungen sind} in den letzten {hours} h gescheitert.",
    fr="Ces {hours} dernières heures, {count:connexion a|connexions ont} échoué.",
    es="{count:inicio|inicios} de sesión sin éxito en las últimas {hours} h.",
)
MOST = Words(
    en="Most came from {place} ({count}).",
    de="Die meisten kamen von {place} ({count}).",
    fr="La plupart venaient de {place} ({count}).",
    es="La mayoría vino de {place} ({count}).",
)
NOT_SURE = Words(
    en="Whether somebody got in the journal alone cannot prove; compare with: who logged in?",
    de="Ob jemand hineinkam, beweist das Journal allein nicht; vergleiche mit: wer hat sich angemeldet?",
    fr="Le journal seul ne prouve pas qu'une intrusion a eu lieu ou non ; comparez avec : qui s'est connecté ?",
    es="El journal por sí solo no prueba si alguien entró; compare con: ¿quién se conectó?",
)


async def answer(ask: Asking) -> None:
    hours = round(min(max(ask.named.span.hours, 1.0), 720.0) if ask.named.span else 24.0)
    seen = await ask.look("failed_logins", hours=float(hours))
    total = number(seen, "total")
    if seen.problem or total is None:
        ask.cannot(seen, "sudo lastb | head")
        return
    ask.say(COUNT, seen, hours=hours, count=f"{total:.0f}")
    paths = rows(seen, "by_address")
    if paths:
        ask.say(MOST, seen, place=paths[0]["from"], count=paths[0]["count"])
    ask.say(NOT_SURE)
    for row in paths[:6]:
        ask.row(row["from"], row["count"], subject=str(row["from"]))
    for row in rows(seen, "by_user")[:4]:
        ask.row(row["user"], row["count"])


TOPIC = Topic(
    name="failed_logins",
    title=Words(
        en="failed logins",
        de="fehlgeschlagene Anmeldungen",
        fr="les échecs de connexion",
        es="los inicios de sesión fallidos",
    ),
    questions=QUESTIONS,
    answer=answer,
    looks=("failed_logins",),
)
