"""Whether a firewall runs; its rules need root."""

from __future__ import annotations

from stillwatch.think.talk.topic import Asking, Topic, Words, strings

QUESTIONS = {
    "en": """is the firewall on
    firewall
    firewall rules
    which firewall is active
    is port 22 blocked by the firewall
    iptables
    nftables rules
    ufw status
    is there a firewall
    what does the firewall block""",
    "de": """ist die firewall an
    firewall
    firewall regeln
    welche firewall ist aktiv
    blockiert die firewall port 22
    iptables
    gibt es eine firewall""",
    "fr": """le pare-feu est-il actif
    pare-feu
    règles du pare-feu
    quel pare-feu est utilisé
    y a-t-il un pare-feu
    iptables""",
    "es": """está activo el cortafuegos
    cortafuegos
    firewall
    reglas del cortafuegos
    hay un cortafuegos
    iptables""",
}
IS = Words(en="{name} is {state}.", de="{name} ist {state}.", fr="{name} est {state}.", es="{name} está {state}.")
NONE = Words(
    en="No firewall service is loaded here.",
    de="Hier ist kein Firewall-Dienst geladen.",
    fr="Aucun service de pare-feu n'est chargé ici.",
    es="Aquí no hay ningún servicio de cortafuegos cargado.",
)
FILES = Words(
    en="Rule files lie in {files}.",
    de="Regeldateien liegen in {files}.",
    fr="Des fichiers de règles se trouvent dans {files}.",
    es="Hay archivos de reglas en {files}.",
)
RULES = Words(
    en="the rules in force are shown to root alone",
    de="die geltenden Regeln sieht nur root",
    fr="seul root voit les règles en vigueur",
    es="las reglas en vigor solo las ve root",
)


async def answer(ask: Asking) -> None:
    seen = await ask.look("firewall")
    services = seen.data.get("services")
    if isinstance(services, dict):
        for name, state in services.items():
            ask.say(IS, seen, name=name, state=state)
        if not services:
            ask.say(NONE, seen)
    if files := strings(seen, "files"):
        ask.say(FILES, seen, files=", ".join(files))
    ask.cannot(seen.problem or RULES, "sudo nft list ruleset")


TOPIC = Topic(
    name="firewall",
    title=Words(en="the firewall", de="die Firewall", fr="le pare-feu", es="el cortafuegos"),
    questions=QUESTIONS,
    answer=answer,
    looks=("firewall",),
)
