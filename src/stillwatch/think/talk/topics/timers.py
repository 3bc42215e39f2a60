"""Timers and cron jobs."""

from __future__ import annotations

from stillwatch.think.talk.topic import Asking, Topic, Words, rows, strings

QUESTIONS = {
    "en": """which timers are there
    which timers failed
    did a cron job fail
    why did the cron job not run
    list timers
    cron jobs
    what runs at night
    scheduled jobs
    which cron jobs run
    when does the next timer run
    crontab
    what is scheduled
    did the cron job run
    scheduled tasks
    when does apt-daily run
    what is in the crontab of ann""",
    "de": """welche timer gibt es
    cronjobs
    was läuft nachts
    geplante aufgaben
    wann läuft der nächste timer
    crontab
    was ist geplant
    lief der cronjob
    geplante jobs""",
    "fr": """quels timers existent
    tâches cron
    qu'est-ce qui tourne la nuit
    tâches planifiées
    quand s'exécute le prochain timer
    crontab
    qu'est-ce qui est planifié""",
    "es": """qué timers hay
    tareas cron
    qué se ejecuta por la noche
    tareas programadas
    cuándo se ejecuta el próximo timer
    crontab
    qué está programado""",
}
COUNT = Words(
    en="{active:timer is|timers are} active; the next is {name} at {at}.",
    de="{active:Timer ist|Timer sind} aktiv; als Nächstes läuft {name} um {at}.",
    fr="{active:timer est actif|timers sont actifs} ; le prochain est {name} à {at}.",
    es="Hay {active:timer activo|timers activos}; el próximo es {name} a las {at}.",
)
NONE = Words(
    en="No timer is planned.",
    de="Kein Timer ist geplant.",
    fr="Aucun timer n'est prévu.",
    es="No hay ningún timer previsto.",
)
ONE = Words(
    en="{name} ran last at {last} and runs next at {next}.",
    de="{name} lief zuletzt um {last} und läuft wieder um {next}.",
    fr="{name} s'est exécuté à {last} et s'exécutera à {next}.",
    es="{name} se ejecutó a las {last} y se ejecutará a las {next}.",
)
CRON = Words(
    en="cron has {count:job|jobs}.",
    de="cron hat {count:Job|Jobs}.",
    fr="cron a {count:tâche|tâches}.",
    es="cron tiene {count:tarea|tareas}.",
)
OF_ONE = Words(
    en="The crontab of {user} has {count:job|jobs}.",
    de="Die crontab von {user} hat {count:Job|Jobs}.",
    fr="La crontab de {user} a {count:tâche|tâches}.",
    es="El crontab de {user} tiene {count:tarea|tareas}.",
)
OWN = Words(
    en="people's own crontabs may be read by root alone",
    de="die eigenen crontabs der Benutzer darf nur root lesen",
    fr="seul root peut lire les crontabs des utilisateurs",
    es="solo root puede leer los crontab de cada usuario",
)
FAILED = Words(
    en="What they start failed the last time: {names}.",
    de="Was sie starten, schlug zuletzt fehl: {names}.",
    fr="Ce qu'ils lancent a échoué la dernière fois : {names}.",
    es="Lo que arrancan falló la última vez: {names}.",
)
NONE_FAILED = Words(
    en="Of what they start nothing is failed now.",
    de="Von dem, was sie starten, ist derzeit nichts ausgefallen.",
    fr="De ce qu'ils lancent, rien n'est en échec en ce moment.",
    es="De lo que arrancan no hay nada fallido ahora.",
)
NEVER = Words(en="never", de="nie", fr="jamais", es="nunca")


async def answer(ask: Asking) -> None:
    if not (ask.named.user and await _crontab(ask)):
        await _timers(ask)


async def _crontab(ask: Asking) -> bool:
    """Of the account that is named; whether that is an answer."""
    seen, user = await ask.look("cron_jobs"), ask.named.user
    if seen.problem:
        return False
    own = [row for row in rows(seen, "jobs") if row["user"] == user]
    if unread := strings(seen, "unreadable"):
        ask.cannot(OWN, f"sudo crontab -l -u {user}")
    if own or not unread:
        ask.say(OF_ONE, seen, user=user, count=len(own))
    for row in own:
        ask.row(row["when"], row["command"])
    return True


async def _timers(ask: Asking) -> None:
    seen = await ask.look("timers")
    timers = rows(seen, "timers")
    if seen.problem:
        ask.cannot(seen, "systemctl list-timers")
    else:
        named = [row for row in timers if row["name"] in ask.named.units or set(row["triggers"]) & set(ask.named.units)]
        for row in named:
            ask.say(ONE, seen, name=row["name"], last=_when(ask, row["last"]), next=_when(ask, row["next"]))
        if named:
            return
        planned = sorted((row for row in timers if row["next"]), key=lambda row: float(row["next"]))
        active = sum(row["active"] == "active" for row in timers)
        if planned:
            ask.say(COUNT, seen, active=active, name=planned[0]["name"], at=ask.when(planned[0]["next"]))
        else:
            ask.say(NONE, seen)
        _tell_failed(ask, {str(name) for row in timers for name in row["triggers"]})
        for row in planned[:8]:
            ask.row(row["name"], _when(ask, row["next"]), subject=str(row["name"]))
    cron = await ask.look("cron_jobs")
    if not cron.problem:
        ask.say(CRON, cron, count=len(rows(cron, "jobs")))
        for row in rows(cron, "jobs")[:4]:
            ask.row(row["when"], row["user"], row["command"])
        if strings(cron, "unreadable"):
            ask.cannot(OWN, "sudo crontab -l -u NAME")


def _tell_failed(ask: Asking, started: set[str]) -> None:
    """By what is known of the units without a look; nothing where nothing is."""
    states = {name: ask.known.units[name].active_state for name in started if name in ask.known.units}
    failed = sorted(name for name, state in states.items() if state == "failed")
    if failed:
        ask.say(FAILED, names=", ".join(failed))
    elif states:
        ask.say(NONE_FAILED)


def _when(ask: Asking, at: float) -> str:
    return ask.when(at) if at else NEVER.in_(ask.language)


TOPIC = Topic(
    name="timers",
    title=Words(
        en="timers and cron jobs",
        de="Timer und Cronjobs",
        fr="les timers et tâches cron",
        es="los timers y tareas cron",
    ),
    questions=QUESTIONS,
    answer=answer,
    looks=("timers", "cron_jobs"),
)
