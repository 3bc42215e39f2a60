"""Updates that wait."""

from __future__ import annotations

from stillwatch.records.amount import span
from stillwatch.think.talk.topic import Asking, Topic, Words, number, rows

QUESTIONS = {
    "en": """are there updates
    pending updates
    is the system up to date
    security updates
    which packages can be upgraded
    updates?
    how many updates are pending
    do I need to update
    are we patched
    outdated packages
    when was the last update
    apt upgrade available
    what needs to be upgraded
    are any security patches missing
    what should be updated""",
    "de": """gibt es updates
    ausstehende updates
    ist das system aktuell
    sicherheitsupdates
    welche pakete können aktualisiert werden
    wie viele updates stehen aus
    muss ich updaten
    aktualisierungen
    veraltete pakete
    was muss aktualisiert werden
    fehlen updates
    sind wir aktuell""",
    "fr": """y a-t-il des mises à jour
    mises à jour en attente
    le système est-il à jour
    mises à jour de sécurité
    quels paquets peuvent être mis à jour
    faut-il mettre à jour
    sommes-nous à jour
    manque-t-il des correctifs
    des correctifs de sécurité""",
    "es": """hay actualizaciones
    actualizaciones pendientes
    está actualizado el sistema
    actualizaciones de seguridad
    qué paquetes se pueden actualizar
    hay que actualizar
    faltan parches
    qué hay que actualizar
    estamos actualizados""",
}
COUNT = Words(
    en="{count:update waits|updates wait}, {security} of them for security.",
    de="{count:Update steht|Updates stehen} aus, {security} davon sicherheitsrelevant.",
    fr="{count:mise à jour|mises à jour} en attente, dont {security} de sécurité.",
    es="Hay {count:actualización pendiente|actualizaciones pendientes}, {security} de seguridad.",
)
AGE = Words(
    en="The package lists that say so are {age} old; apt-get update makes them new.",
    de="Die Paketlisten, die das sagen, sind {age} alt; apt-get update erneuert sie.",
    fr="Les listes de paquets qui le disent datent de {age} ; apt-get update les renouvelle.",
    es="Las listas de paquetes que lo dicen tienen {age}; apt-get update las renueva.",
)
NO_LISTS = Words(
    en="there are no package lists here, so nobody can know; apt-get update was never run",
    de="hier gibt es keine Paketlisten, also kann es niemand wissen; apt-get update lief nie",
    fr="il n'y a pas de listes de paquets ici, donc personne ne peut savoir ; apt-get update n'a jamais été lancé",
    es="aquí no hay listas de paquetes, así que nadie puede saberlo; nunca se ejecutó apt-get update",
)


async def answer(ask: Asking) -> None:
    seen = await ask.look("updates")
    age = number(seen, "lists_age")
    if seen.problem or age is None:
        ask.cannot(seen, "apt list --upgradable")
        return
    if age < 0:
        ask.cannot(NO_LISTS, "sudo apt-get update && apt list --upgradable")
        return
    found = rows(seen, "updates")
    ask.say(COUNT, seen, count=f"{number(seen, 'count') or 0:.0f}", security=f"{number(seen, 'security') or 0:.0f}")
    ask.say(AGE, seen, age=span(age, ask.language))
    for row in sorted(found, key=lambda row: not row["security"])[:10]:
        ask.row(row["name"], f"{row['old']} -> {row['new']}", "security" if row["security"] else "")


TOPIC = Topic(
    name="updates",
    title=Words(en="pending updates", de="ausstehende Updates", fr="les mises à jour", es="las actualizaciones"),
    questions=QUESTIONS,
    answer=answer,
    looks=("updates",),
)
