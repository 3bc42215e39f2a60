"""Which addresses are banned."""

from __future__ import annotations

from stillwatch.think.talk.topic import Asking, Topic, Words, rows

QUESTIONS = {
    "en": """which ips are banned
    banned addresses
    who was banned
    fail2ban status
    is 192.0.2.1 banned
    blocked ips
    ban list""",
    "de": """welche ips sind gesperrt
    gesperrte adressen
    wer wurde gebannt
    fail2ban status
    gebannte ips
    sperrliste""",
    "fr": """quelles adresses sont bannies
    ip bannies
    état de fail2ban
    qui a été banni
    adresses bloquées""",
    "es": """qué ips están bloqueadas
    direcciones baneadas
    estado de fail2ban
    quién fue bloqueado
    ips baneadas""",
}
COUNT = Words(
    en="In the last 7 days {count:address was|addresses were} banned, {still} not lifted since, by the journal.",
    de="In den letzten 7 Tagen gab es laut Journal {count:Sperre|Sperren}, {still} davon seither nicht entsperrt.",
    fr="Ces 7 derniers jours, d'après le journal, {count:adresse a été bannie|adresses ont été bannies}, dont {still} pas encore levées.",
    es="En los últimos 7 días, según el journal, hubo {count:bloqueo|bloqueos} de direcciones; {still} siguen sin levantarse.",
)
NO_SERVICE = Words(
    en="No service that bans (fail2ban, CrowdSec, sshguard) is loaded here.",
    de="Hier ist kein Dienst geladen, der sperrt (fail2ban, CrowdSec, sshguard).",
    fr="Aucun service de bannissement (fail2ban, CrowdSec, sshguard) n'est chargé ici.",
    es="Aquí no hay ningún servicio que bloquee (fail2ban, CrowdSec, sshguard).",
)
ALSO = Words(
    en="The list in force is shown by: sudo fail2ban-client banned",
    de="Die geltende Liste zeigt: sudo fail2ban-client banned",
    fr="La liste en vigueur s'affiche avec : sudo fail2ban-client banned",
    es="La lista vigente la muestra: sudo fail2ban-client banned",
)


async def answer(ask: Asking) -> None:
    seen = await ask.look("bans")
    if seen.problem:
        ask.cannot(seen, "sudo fail2ban-client banned")
        return
    found = rows(seen, "bans")
    if seen.data.get("services") == {}:
        ask.say(NO_SERVICE, seen)
    if found or seen.data.get("services"):
        ask.say(COUNT, seen, count=seen.data.get("count"), still=seen.data.get("still"))
        ask.say(ALSO)
    for row in reversed(found[-10:]):
        ask.row(row["address"], row["jail"], ask.when(row["at"]))


TOPIC = Topic(
    name="bans",
    title=Words(
        en="banned addresses", de="gesperrte Adressen", fr="les adresses bannies", es="las direcciones bloqueadas"
    ),
    questions=QUESTIONS,
    answer=answer,
    looks=("bans",),
)
