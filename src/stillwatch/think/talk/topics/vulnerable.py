"""Whether a known vulnerability affects this host: an honest no, with what can be seen of it."""

from __future__ import annotations

from typing import Final

from stillwatch.think.talk.topic import Asking, Topic, Words, number

QUESTIONS = {
    "en": """is my server vulnerable to heartbleed
    are we affected by CVE-2024-3094
    are we vulnerable
    is this host affected by log4shell
    does the xz backdoor affect us
    is openssl vulnerable
    are there known vulnerabilities
    is my server secure
    how secure is this server
    am I hacked
    is there malware on this machine
    are we compromised
    do I have a virus
    was the server hacked
    is there a rootkit""",
    "de": """ist mein server von heartbleed betroffen
    sind wir von CVE-2024-3094 betroffen
    sind wir verwundbar
    gibt es bekannte sicherheitslücken
    ist der server sicher
    wurde der server gehackt
    ist hier schadsoftware
    habe ich einen virus
    sind wir kompromittiert""",
    "fr": """mon serveur est-il vulnérable à heartbleed
    sommes-nous touchés par CVE-2024-3094
    y a-t-il des vulnérabilités connues
    mon serveur est-il sûr
    le serveur a-t-il été piraté
    y a-t-il un logiciel malveillant
    ai-je un virus""",
    "es": """es vulnerable mi servidor a heartbleed
    nos afecta CVE-2024-3094
    hay vulnerabilidades conocidas
    es seguro mi servidor
    han hackeado el servidor
    hay malware en este equipo
    tengo un virus""",
}
WHY: Final = Words(
    en="I keep no list of vulnerabilities or of malware, and I ask nobody outside",
    de="ich führe keine Liste von Schwachstellen oder Schadsoftware und frage niemanden außerhalb",
    fr="je ne tiens pas de liste de vulnérabilités ni de logiciels malveillants, et je n'interroge personne à l'extérieur",
    es="no llevo ninguna lista de vulnerabilidades ni de malware y no pregunto a nadie fuera",
)
WAIT: Final = Words(
    en="What I can see: {count:update waits|updates wait}, {security} of them for security.",
    de="Was ich sehe: {count:Update steht|Updates stehen} aus, {security} davon sicherheitsrelevant.",
    fr="Ce que je vois : {count:mise à jour|mises à jour} en attente, dont {security} de sécurité.",
    es="Lo que veo: {count:actualización pendiente|actualizaciones pendientes}, {security} de seguridad.",
)
TRY: Final = "apt list --upgradable; debsecan --suite $(lsb_release -cs) --only-fixed"


async def answer(ask: Asking) -> None:
    seen = await ask.look("updates")
    count = number(seen, "count")
    if not seen.problem and count is not None and (number(seen, "lists_age") or -1.0) >= 0:
        ask.say(WAIT, seen, count=f"{count:.0f}", security=f"{number(seen, 'security') or 0:.0f}")
    ask.cannot(WHY, TRY)


TOPIC = Topic(
    name="vulnerable",
    title=Words(
        en="known vulnerabilities",
        de="bekannte Schwachstellen",
        fr="les vulnérabilités connues",
        es="vulnerabilidades conocidas",
    ),
    questions=QUESTIONS,
    answer=answer,
    looks=("updates",),
    wants="name",
)
