"""Backups: when they ran last and how they ended."""

from __future__ import annotations

from stillwatch.records.amount import span
from stillwatch.think.talk.topic import Asking, Topic, Words, rows

QUESTIONS = {
    "en": """did the backup run
    when was the last backup
    backup status
    are the backups ok
    is there a backup
    did the backup succeed
    how old is the last backup
    backup failed?
    backups
    when is the next backup
    did the backup work last night
    is the backup fine""",
    "de": """lief das backup
    wann war das letzte backup
    backup status
    sind die backups in ordnung
    gibt es eine sicherung
    letzte datensicherung
    wie alt ist das letzte backup
    ist das backup gelaufen
    wann ist das nächste backup
    hat das backup funktioniert
    hat die sicherung geklappt""",
    "fr": """la sauvegarde a-t-elle tourné
    quand était la dernière sauvegarde
    état des sauvegardes
    y a-t-il une sauvegarde
    la sauvegarde a-t-elle réussi
    âge de la dernière sauvegarde
    la sauvegarde a-t-elle marché""",
    "es": """se hizo la copia de seguridad
    cuándo fue la última copia de seguridad
    estado de las copias
    hay copias de seguridad
    funcionó el backup
    antigüedad de la última copia
    se hizo el backup
    funcionó la copia""",
}
RAN = Words(
    en="{unit} ran last {ago} ago ({at}); its result: {result}.",
    de="{unit} lief zuletzt vor {ago} ({at}); Ergebnis: {result}.",
    fr="{unit} s'est exécuté il y a {ago} ({at}) ; résultat : {result}.",
    es="{unit} se ejecutó hace {ago} ({at}); resultado: {result}.",
)
NEVER = Words(
    en="{unit} has not run as far as PID 1 knows.",
    de="{unit} ist, soweit PID 1 weiß, nie gelaufen.",
    fr="{unit} n'a jamais tourné d'après PID 1.",
    es="{unit} no se ha ejecutado según PID 1.",
)
NEXT = Words(
    en="It runs next at {at}.",
    de="Der nächste Lauf ist um {at}.",
    fr="Prochaine exécution à {at}.",
    es="La próxima es a las {at}.",
)
NO_PLAN = Words(
    en="No active timer starts it.",
    de="Kein aktiver Timer startet es.",
    fr="Aucun timer actif ne le lance.",
    es="Ningún timer activo lo lanza.",
)
NONE = Words(
    en="no service or timer here is named like a backup, and what cron or another machine saves I do not see",
    de="kein Dienst oder Timer heißt hier wie ein Backup, und was cron oder ein anderer Rechner sichert, sehe ich nicht",
    fr="aucun service ni timer ne porte ici le nom d'une sauvegarde, et je ne vois pas ce que cron ou une autre machine sauvegarde",
    es="ningún servicio ni timer se llama aquí como una copia, y no veo lo que guarda cron u otro equipo",
)


async def answer(ask: Asking) -> None:
    seen = await ask.look("backups")
    found = rows(seen, "backups")
    if not found:
        ask.cannot(seen.problem or NONE, "systemctl list-timers --all; grep -ri backup /etc/cron*")
        return
    for row in found[:4]:
        if row["last"]:
            ago = span(ask.clock.now() - float(row["last"]), ask.language)
            ask.say(
                RAN, seen, unit=row["unit"], ago=ago, at=ask.when(row["last"]), result=row["result"] or row["state"]
            )
        else:
            ask.say(NEVER, seen, unit=row["unit"])
        if row["next"]:
            ask.say(NEXT, seen, at=ask.when(row["next"]))
        elif not row["scheduled"]:
            ask.say(NO_PLAN, seen)


TOPIC = Topic(
    name="backups",
    title=Words(en="backups", de="Backups", fr="les sauvegardes", es="las copias de seguridad"),
    questions=QUESTIONS,
    answer=answer,
    looks=("backups",),
    explains=True,
)
