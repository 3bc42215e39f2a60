"""Connections and traffic right now."""

from __future__ import annotations

from stillwatch.records.amount import size
from stillwatch.think.talk.topic import Asking, Topic, Words, number, rows

QUESTIONS = {
    "en": """how many connections are open
    who is connected to the web server
    network traffic
    how much traffic did we have today
    bandwidth usage
    how much traffic is there
    open connections
    current connections
    who is talking to us
    which addresses are connected
    network throughput
    how many clients are connected""",
    "de": """wie viele verbindungen sind offen
    offene verbindungen
    netzwerkverkehr
    bandbreite
    wie viel traffic ist gerade
    wer ist mit dem webserver verbunden
    datendurchsatz
    wie viele clients sind verbunden""",
    "fr": """combien de connexions sont ouvertes
    connexions ouvertes
    trafic réseau
    bande passante
    qui est connecté au serveur web
    débit réseau
    combien de clients sont connectés""",
    "es": """cuántas conexiones hay abiertas
    conexiones abiertas
    tráfico de red
    ancho de banda
    quién está conectado al servidor web
    cuántos clientes hay conectados""",
}
OPEN = Words(
    en="{count:TCP connection is|TCP connections are} open.",
    de="{count:TCP-Verbindung ist|TCP-Verbindungen sind} offen.",
    fr="{count:connexion TCP est ouverte|connexions TCP sont ouvertes}.",
    es="Hay {count:conexión TCP abierta|conexiones TCP abiertas}.",
)
RATE = Words(
    en="{name} receives {received}/s and sends {sent}/s right now.",
    de="{name} empfängt gerade {received}/s und sendet {sent}/s.",
    fr="{name} reçoit {received}/s et envoie {sent}/s en ce moment.",
    es="{name} recibe {received}/s y envía {sent}/s ahora.",
)

IN_ALL = Words(
    en="Since it came up {name} has received {received} and sent {sent}.",
    de="Seit sie oben ist, hat {name} {received} empfangen und {sent} gesendet.",
    fr="Depuis son activation, {name} a reçu {received} et envoyé {sent}.",
    es="Desde que está activa, {name} ha recibido {received} y enviado {sent}.",
)


async def answer(ask: Asking) -> None:
    seen, traffic = await ask.look("connections"), await ask.look("network_traffic")
    if seen.problem:
        ask.cannot(seen, "ss -tn")
        return
    ask.say(OPEN, seen, count=f"{number(seen, 'open') or 0:.0f}")
    for row in rows(traffic, "interfaces"):
        if row["interface"] != "lo" and row["received_in_all"]:
            ask.say(RATE, traffic, name=row["interface"], received=size(row["received"]), sent=size(row["sent"]))
            whole = {"received": size(row["received_in_all"]), "sent": size(row["sent_in_all"])}
            ask.say(IN_ALL, traffic, name=row["interface"], **whole)
    for row in rows(seen, "to_ports")[:6]:
        ask.row(f"-> :{row['port']}", row["count"])
    for row in rows(seen, "peers")[:6]:
        ask.row(row["address"], row["count"])


TOPIC = Topic(
    name="connections",
    title=Words(
        en="connections and traffic",
        de="Verbindungen und Verkehr",
        fr="les connexions et le trafic",
        es="las conexiones y el tráfico",
    ),
    questions=QUESTIONS,
    answer=answer,
    looks=("connections", "network_traffic"),
    whole=True,
)
