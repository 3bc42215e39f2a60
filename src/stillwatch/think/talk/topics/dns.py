"""Which name servers the host asks."""

from __future__ import annotations

from stillwatch.think.talk.topic import Asking, Topic, Words, strings

QUESTIONS = {
    "en": """which dns servers are used
    dns
    does dns work
    name resolution
    nameserver
    resolv.conf
    dns problems
    is dns ok
    which resolver does this host use""",
    "de": """welche dns server werden benutzt
    dns
    funktioniert dns
    namensauflösung
    nameserver
    dns probleme
    geht die namensauflösung""",
    "fr": """quels serveurs dns sont utilisés
    dns
    le dns fonctionne-t-il
    résolution de noms
    serveur de noms
    problème de dns""",
    "es": """qué servidores dns se usan
    dns
    funciona el dns
    resolución de nombres
    servidor de nombres
    problemas de dns""",
}
SERVERS = Words(
    en="This host asks {servers} for names.",
    de="Dieser Host fragt {servers} nach Namen.",
    fr="Cet hôte interroge {servers} pour les noms.",
    es="Este equipo pregunta los nombres a {servers}.",
)
BEHIND = Words(
    en="Behind that stand {servers}.",
    de="Dahinter stehen {servers}.",
    fr="Derrière se trouvent {servers}.",
    es="Detrás están {servers}.",
)
NONE = Words(
    en="No name server stands in /etc/resolv.conf, so no name of others is found.",
    de="In /etc/resolv.conf steht kein Nameserver, also werden keine fremden Namen gefunden.",
    fr="Aucun serveur de noms dans /etc/resolv.conf ; aucun nom extérieur n'est donc résolu.",
    es="En /etc/resolv.conf no hay servidor de nombres, así que no se resuelve ningún nombre externo.",
)
RESOLVER = Words(en="{name} is {state}.", de="{name} ist {state}.", fr="{name} est {state}.", es="{name} está {state}.")
TRY = Words(
    en="I do not ask them anything; to try it: getent hosts example.org",
    de="Ich frage sie nichts; zum Ausprobieren: getent hosts example.org",
    fr="Je ne les interroge pas ; pour essayer : getent hosts example.org",
    es="No les pregunto nada; para probar: getent hosts example.org",
)


async def answer(ask: Asking) -> None:
    seen = await ask.look("dns")
    if seen.problem:
        ask.cannot(seen, "cat /etc/resolv.conf")
        return
    servers, behind = strings(seen, "servers"), strings(seen, "upstream")
    ask.say(SERVERS if servers else NONE, seen, servers=", ".join(servers))
    if behind and behind != servers:
        ask.say(BEHIND, seen, servers=", ".join(behind))
    resolvers = seen.data.get("resolvers")
    for name, state in resolvers.items() if isinstance(resolvers, dict) else ():
        ask.say(RESOLVER, seen, name=name, state=state)
    ask.say(TRY)


TOPIC = Topic(
    name="dns",
    title=Words(en="name servers (DNS)", de="Nameserver (DNS)", fr="les serveurs de noms (DNS)", es="el DNS"),
    questions=QUESTIONS,
    answer=answer,
    looks=("dns",),
)
