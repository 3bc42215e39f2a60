"""Addresses, interfaces and gateway of the host."""

from __future__ import annotations

from stillwatch.think.talk.topic import Asking, Topic, Words, rows, strings

QUESTIONS = {
    "en": """what is my subnet mask
    what is the mac address of eth0
    what is my ip address
    ip address of this server
    ip?
    network interfaces
    is the network up
    network status
    network problems
    default gateway
    are there packet errors
    is the internet reachable
    network configuration
    which interfaces are up
    dropped packets
    can the server reach the internet
    which addresses does the host have
    what ip does the server have
    is the network fine
    is ipv6 enabled
    do I have an ipv6 address
    does the host have internet
    which interface has the default route""",
    "de": """wie ist die ip adresse
    welche ip hat der server
    netzwerkschnittstellen
    ist das netzwerk in ordnung
    netzwerk status
    netzwerkprobleme
    standardgateway
    geht das internet
    gibt es paketfehler
    netzwerkkonfiguration
    welche adressen hat der host
    ist das netz in ordnung
    wie ist meine ip
    ist ipv6 aktiv
    haben wir ipv6""",
    "fr": """quelle est l'adresse ip
    adresse ip du serveur
    interfaces réseau
    état du réseau
    le réseau fonctionne-t-il
    passerelle par défaut
    problèmes de réseau
    internet est-il accessible
    quelles adresses a le serveur
    le réseau va-t-il bien""",
    "es": """cuál es la dirección ip
    dirección ip del servidor
    interfaces de red
    estado de la red
    funciona la red
    puerta de enlace
    problemas de red
    hay internet
    qué direcciones tiene el servidor
    está bien la red
    va bien la red""",
}
HAS = Words(
    en="{name} is {state} with {addresses}.",
    de="{name} ist {state} mit {addresses}.",
    fr="{name} est {state} avec {addresses}.",
    es="{name} está {state} con {addresses}.",
)
UP = Words(en="up", de="oben", fr="active", es="activa")
DOWN = Words(en="down", de="unten (down)", fr="inactive", es="inactiva")
NO_ADDRESS = Words(en="no address", de="keiner Adresse", fr="aucune adresse", es="ninguna dirección")
ALONE = Words(
    en="Beside loopback no interface has an address.",
    de="Außer Loopback hat keine Schnittstelle eine Adresse.",
    fr="Hors loopback, aucune interface n'a d'adresse.",
    es="Salvo loopback, ninguna interfaz tiene dirección.",
)
GATEWAY = Words(
    en="The default gateway is {gateways}.",
    de="Das Standardgateway ist {gateways}.",
    fr="La passerelle par défaut est {gateways}.",
    es="La puerta de enlace es {gateways}.",
)
NO_GATEWAY = Words(
    en="There is no default gateway, so nothing beyond its own networks is reached.",
    de="Es gibt kein Standardgateway; jenseits der eigenen Netze ist nichts erreichbar.",
    fr="Il n'y a pas de passerelle par défaut ; rien n'est joignable au-delà de ses réseaux.",
    es="No hay puerta de enlace; no se llega más allá de sus redes.",
)
ERRORS = Words(
    en="{name} counted {errors} errors and {dropped} dropped packets since it came up.",
    de="{name} zählte seit dem Start {errors} Fehler und {dropped} verworfene Pakete.",
    fr="{name} a compté {errors} erreurs et {dropped} paquets perdus depuis son démarrage.",
    es="{name} contó {errors} errores y {dropped} paquetes descartados desde que arrancó.",
)
OUTSIDE = Words(
    en="Whether the internet answers I do not try; you would type: ping -c 3 1.1.1.1",
    de="Ob das Internet antwortet, probiere ich nicht aus; man tippt: ping -c 3 1.1.1.1",
    fr="Je n'essaie pas de joindre internet ; on tape : ping -c 3 1.1.1.1",
    es="No pruebo si internet responde; se escribe: ping -c 3 1.1.1.1",
)


async def answer(ask: Asking) -> None:
    seen = await ask.look("network")
    if seen.problem:
        ask.cannot(seen, "ip address")
        return
    found = [row for row in rows(seen, "interfaces") if row["name"] != "lo"]
    worth = [row for row in found if row["up"] or row["addresses"]] or found
    for row in worth[:4]:
        state = (UP if row["up"] else DOWN).in_(ask.language)
        addresses = ", ".join(map(str, row["addresses"])) or NO_ADDRESS.in_(ask.language)
        ask.say(HAS, seen, name=row["name"], state=state, addresses=addresses)
        if row["errors"]:
            ask.say(ERRORS, seen, name=row["name"], errors=row["errors"], dropped=row["dropped"])
    if not any(row["addresses"] for row in found):
        ask.say(ALONE, seen)
    gateways = strings(seen, "gateways")
    ask.say(GATEWAY if gateways else NO_GATEWAY, seen, gateways=", ".join(gateways))
    ask.say(OUTSIDE)


TOPIC = Topic(
    name="network",
    title=Words(en="the network", de="das Netzwerk", fr="le réseau", es="la red"),
    questions=QUESTIONS,
    answer=answer,
    looks=("network",),
)
