"""Which ports are open, and who listens."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from stillwatch.think.talk.topic import Asking, Topic, Words, rows

QUESTIONS = {
    "en": """which process listens on 127.0.0.1:8083
    which ports are open
    open ports
    who listens on port 80
    what is listening on port 443
    what runs on port 8080
    listening ports
    which services listen
    is port 22 open
    port 80?
    netstat
    which program uses port 3306
    who uses port 80
    is anything listening on 8080
    exposed services
    which port does nginx use
    which user owns the process on port 3306
    on which port does nginx listen""",
    "de": """welche ports sind offen
    offene ports
    wer lauscht auf port 80
    was läuft auf port 8080
    was hört auf port 443
    ist port 22 offen
    welches programm benutzt port 3306
    wer belegt port 80
    welche dienste lauschen
    auf welchem port läuft nginx""",
    "fr": """quels ports sont ouverts
    ports ouverts
    qui écoute sur le port 80
    qu'est-ce qui tourne sur le port 8080
    le port 22 est-il ouvert
    quel programme utilise le port 3306
    quels services écoutent
    sur quel port écoute nginx""",
    "es": """qué puertos están abiertos
    puertos abiertos
    quién escucha en el puerto 80
    qué corre en el puerto 8080
    está abierto el puerto 22
    qué programa usa el puerto 3306
    qué servicios escuchan
    en qué puerto escucha nginx""",
}
NOBODY = Words(
    en="Nothing listens on port {port}.",
    de="Auf Port {port} lauscht nichts.",
    fr="Rien n'écoute sur le port {port}.",
    es="Nada escucha en el puerto {port}.",
)
HOLDS = Words(
    en="On port {port} ({protocol}, {address}) listens {who}.",
    de="Auf Port {port} ({protocol}, {address}) lauscht {who}.",
    fr="Sur le port {port} ({protocol}, {address}) écoute {who}.",
    es="En el puerto {port} ({protocol}, {address}) escucha {who}.",
)
OPEN = Words(
    en="{count:socket listens|sockets listen} on this host:",
    de="{count:Socket lauscht|Sockets lauschen} auf diesem Host:",
    fr="{count:socket est|sockets sont} à l'écoute sur cet hôte :",
    es="{count:socket escucha|sockets escuchan} en este equipo:",
)
NONE_OF = Words(
    en="I see no port that {unit} listens on.",
    de="Ich sehe keinen Port, auf dem {unit} lauscht.",
    fr="Je ne vois aucun port sur lequel {unit} écoute.",
    es="No veo ningún puerto en el que escuche {unit}.",
)
OF = Words(en=" of user {user}", de=" des Benutzers {user}", fr=" de l'utilisateur {user}", es=" del usuario {user}")
UNKNOWN = Words(
    en="a process that I may not see",
    de="ein Prozess, den ich nicht sehen darf",
    fr="un processus que je ne peux pas voir",
    es="un proceso que no puedo ver",
)


async def answer(ask: Asking) -> None:
    port = ask.named.port or _bare_number(ask.question)
    seen = await ask.look("listening_sockets", port=port)
    if seen.problem:
        ask.cannot(seen, "sudo ss -ltnup")
        return
    found = rows(seen, "sockets")
    if port:
        for row in found[:4]:
            ask.say(HOLDS, seen, port=row["port"], protocol=row["protocol"], address=row["address"], who=_who(ask, row))
        if not found:
            ask.say(NOBODY, seen, port=port)
        return
    if ask.named.unit:
        mine = [row for row in found if row["unit"] == ask.named.unit]
        for row in mine[:6]:
            ask.say(HOLDS, seen, port=row["port"], protocol=row["protocol"], address=row["address"], who=_who(ask, row))
        if not mine:
            ask.say(NONE_OF, seen, unit=ask.named.unit)
        return
    ask.say(OPEN, seen, count=len(found))
    for row in found:
        ask.row(f"{row['protocol']} {row['address']}:{row['port']}", _who(ask, row), subject=str(row["unit"]))


def _bare_number(question: str) -> int:
    """In a question about ports one number alone is a port; 0 where there is none, or several."""
    found = {int(one) for one in re.findall(r"(?<![\w.])\d{2,5}(?![\w.]*\d)", question)}
    return found.pop() if len(found) == 1 and max(found) < 65_536 else 0


def _who(ask: Asking, row: Mapping[str, Any]) -> str:
    if not row["pid"]:
        return UNKNOWN.in_(ask.language)
    of = OF.in_(ask.language).format(user=row["user"]) if row.get("user") else ""
    return f"{row['name']} (pid {row['pid']}" + (f", {row['unit']})" if row["unit"] else ")") + of


TOPIC = Topic(
    name="ports",
    title=Words(en="open ports", de="offene Ports", fr="les ports ouverts", es="los puertos abiertos"),
    questions=QUESTIONS,
    answer=answer,
    looks=("listening_sockets",),
)
