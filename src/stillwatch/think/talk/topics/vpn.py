"""Tunnels of this host: interfaces and services of VPNs; whether the other end answers root alone can see."""

from __future__ import annotations

import re
from typing import Final

from stillwatch.think.talk.topic import Asking, Topic, Words, rows
from stillwatch.think.talk.unit_asked import state_in

QUESTIONS = {
    "en": """is wireguard connected
    is the vpn up
    is the vpn connected
    vpn status
    which vpns are there
    is openvpn running
    is tailscale connected
    is the tunnel up
    wg show
    is ipsec established""",
    "de": """ist das vpn verbunden
    steht der tunnel
    läuft das vpn
    ist wireguard verbunden
    welche vpns gibt es
    ist openvpn verbunden""",
    "fr": """le vpn est-il connecté
    wireguard est-il connecté
    le tunnel est-il actif
    état du vpn
    quels vpn y a-t-il""",
    "es": """está conectado el vpn
    está conectado wireguard
    está levantado el túnel
    estado del vpn
    qué vpn hay""",
}
INTERFACE: Final = re.compile(r"^(?:wg|tun|tap|tailscale|zt|ppp|ipsec|vti|nebula|utun)[\w-]*$")
"""As the programs themselves name what they make."""
SERVICE: Final = re.compile(
    r"^(?:wg-quick@|wireguard|openvpn|strongswan|ipsec|tailscaled|zerotier|nebula|xl2tpd|pptpd|openconnect|vpn|fastd|tinc)"
)
LINK: Final = Words(
    en="The interface {name} is {state} with {addresses}.",
    de="Die Schnittstelle {name} ist {state} mit {addresses}.",
    fr="L'interface {name} est {state} avec {addresses}.",
    es="La interfaz {name} está {state} con {addresses}.",
)
UNIT: Final = Words(
    en="{unit} is {state}.", de="{unit} ist {state}.", fr="{unit} est {state}.", es="{unit} está {state}."
)
NONE: Final = Words(
    en="I see no interface and no service of a VPN on this host.",
    de="Auf diesem Host sehe ich weder Schnittstelle noch Dienst eines VPN.",
    fr="Je ne vois ni interface ni service de VPN sur cet hôte.",
    es="No veo ninguna interfaz ni servicio de VPN en este equipo.",
)
OTHER_END: Final = Words(
    en="Whether the other end answers is shown to root alone: sudo wg show",
    de="Ob die andere Seite antwortet, sieht nur root: sudo wg show",
    fr="Si l'autre bout répond, seul root le voit : sudo wg show",
    es="Si el otro extremo responde solo lo ve root: sudo wg show",
)


async def answer(ask: Asking) -> None:
    seen = await ask.look("network")
    if seen.problem:
        ask.cannot(seen, "ip address; sudo wg show")
        return
    links = [row for row in rows(seen, "interfaces") if INTERFACE.match(str(row["name"]))]
    for row in links:
        addresses = ", ".join(map(str, row["addresses"])) or "–"
        ask.say(LINK, seen, name=row["name"], state="up" if row["up"] else "down", addresses=addresses)
    units = [unit for unit in ask.known.units.values() if SERVICE.match(unit.name) and unit.name.endswith(".service")]
    for unit in sorted(units, key=lambda unit: unit.name):
        if unit.load_state == "loaded":
            ask.say(UNIT, unit=unit.name, state=state_in(ask, unit.active_state))
    ask.say(OTHER_END if links or units else NONE, seen)


TOPIC = Topic(
    name="vpn",
    title=Words(en="VPNs and tunnels", de="VPNs und Tunnel", fr="les VPN et tunnels", es="las VPN y túneles"),
    questions=QUESTIONS,
    answer=answer,
    looks=("network",),
)
