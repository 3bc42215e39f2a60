"""How a file system filled, and when it would be full at that pace."""

from __future__ import annotations

from stillwatch.records.amount import span
from stillwatch.think.talk.times import DAY, HOUR
from stillwatch.think.talk.topic import Asking, Topic, Words, rows
from stillwatch.think.talk.topics.disk_space import FULL as NOW
from stillwatch.think.talk.topics.disk_space import holding, sizes

QUESTIONS = {
    "en": """since when is the disk full
    when will the disk be full
    how fast is the disk filling
    how long until the disk is full
    how long will the disk space last
    disk usage trend
    is the disk growing
    since when is /var so full
    how did disk usage develop
    when do we run out of disk space
    how quickly does the disk fill up
    how fast does /var fill up
    when will we run out of space""",
    "de": """seit wann ist die platte voll
    wann ist die platte voll
    wie schnell füllt sich die platte
    wie lange reicht der plattenplatz noch
    bis wann reicht der platz
    entwicklung des plattenplatzes
    wächst die belegung der platte
    wann läuft die platte voll
    wie schnell läuft die platte voll
    wann geht der platz aus""",
    "fr": """depuis quand le disque est plein
    quand le disque sera-t-il plein
    à quelle vitesse le disque se remplit
    combien de temps avant que le disque soit plein
    évolution de l'espace disque
    quand le disque va-t-il se remplir
    depuis quand /var est plein""",
    "es": """desde cuándo está lleno el disco
    cuándo se llenará el disco
    a qué velocidad se llena el disco
    cuánto tiempo hasta que el disco esté lleno
    evolución del espacio en disco
    cuándo se va a llenar el disco
    cuándo se acabará el espacio""",
}
GROWS = Words(
    en="{path} went from {first} to {last} in {span}; at that pace it is full in about {left}.",
    de="{path} ging in {span} von {first} auf {last}; so ist es in etwa {left} voll.",
    fr="{path} est passé de {first} à {last} en {span} ; à ce rythme, plein dans environ {left}.",
    es="{path} pasó de {first} a {last} en {span}; a ese ritmo se llena en unos {left}.",
)
STAYS = Words(
    en="{path} went from {first} to {last} in {span}, so it does not fill at the moment.",
    de="{path} ging in {span} von {first} auf {last}, füllt sich also zurzeit nicht.",
    fr="{path} est passé de {first} à {last} en {span} ; il ne se remplit donc pas en ce moment.",
    es="{path} pasó de {first} a {last} en {span}; por ahora no se llena.",
)
SINCE = Words(
    en="It has been above {limit} since {at}.",
    de="Über {limit} ist es seit {at}.",
    fr="Au-dessus de {limit} depuis {at}.",
    es="Está por encima del {limit} desde {at}.",
)
TOO_LITTLE = Words(
    en="there are no readings from long enough ago",
    de="es gibt keine Messungen, die lange genug zurückliegen",
    fr="il n'y a pas de relevés assez anciens",
    es="no hay lecturas de hace suficiente tiempo",
)
FULL = 0.9


async def answer(ask: Asking) -> None:
    mounts = await ask.look("mounts")
    known = sorted(rows(mounts, "mounts"), key=lambda row: -float(row["used"]))
    paths = [str(row["path"]) for row in known]
    path = holding(ask.named.path, paths) if ask.named.path else (paths or ["/"])[0]
    now = ask.clock.now()
    read = _readings(ask, f"disk-used {path}", now)
    if len(read) < 2 or read[-1][0] - read[0][0] < 600:
        for row in known:
            if row["path"] == path and row["size"]:
                ask.say(NOW, mounts, path=path, used=f"{float(row['used']):.0%}", **sizes(row))
        ask.cannot(TOO_LITTLE, f"df -h {path}")
        return
    (began, first), (ended, last) = read[0], read[-1]
    by = ask.found(
        f"readings of disk-used {path}", f"{first:.1%} at {ask.when(began)}, {last:.1%} at {ask.when(ended)}"
    )
    pace = (last - first) / (ended - began)
    shown = {"path": path, "first": f"{first:.1%}", "last": f"{last:.1%}", "span": span(ended - began, ask.language)}
    if pace * DAY > 0.001:
        ask.say(GROWS, by, **shown, left=span((1 - last) / pace, ask.language))
    else:
        ask.say(STAYS, by, **shown)
    if last >= FULL:
        low = max((at for at, value in read if value < FULL), default=began)
        ask.say(SINCE, by, limit=f"{FULL:.0%}", at=ask.when(low))


def _readings(ask: Asking, metric: str, now: float) -> list[tuple[float, float]]:
    """Of a month by the hour, and the newest as it was read."""
    if ask.known.samples is None:
        return []
    newest = list(ask.known.samples(metric, now - HOUR, now))[-1:]
    return [*(one for one in ask.known.samples(metric, now - 30 * DAY, now) if one not in newest), *newest]


TOPIC = Topic(
    name="disk_trend",
    title=Words(
        en="since when and until when a disk is full",
        de="seit wann und bis wann eine Platte voll ist",
        fr="depuis quand et quand un disque est plein",
        es="desde cuándo y cuándo se llena un disco",
    ),
    questions=QUESTIONS,
    answer=answer,
    looks=("mounts",),
)
