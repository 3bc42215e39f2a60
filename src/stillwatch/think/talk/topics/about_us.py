"""Which version of Stillwatch this is, where its data lies, what leaves the machine, and how it is taken away."""

from __future__ import annotations

from importlib.metadata import version
from typing import Final

from stillwatch.think.talk.topic import Asking, Topic, Words

QUESTIONS = {
    "en": """what is your version
    which version of stillwatch is this
    do you send data anywhere
    does anything leave this machine
    do you phone home
    where do you store your data
    where is your configuration
    how do I uninstall you
    how do I remove stillwatch
    is my data private
    who can read what I write here
    do you use the cloud
    are you open source
    can I trust you
    are you safe""",
    "de": """welche version hast du
    welche stillwatch version ist das
    schickst du daten irgendwohin
    verlässt etwas diesen rechner
    wo speicherst du deine daten
    wo liegt deine konfiguration
    wie deinstalliere ich dich
    wie werde ich stillwatch wieder los
    sind meine daten privat
    nutzt du die cloud""",
    "fr": """quelle est ta version
    envoies-tu des données quelque part
    est-ce que quelque chose sort de cette machine
    où stockes-tu tes données
    où est ta configuration
    comment te désinstaller
    mes données sont-elles privées
    utilises-tu le cloud""",
    "es": """cuál es tu versión
    envías datos a alguna parte
    sale algo de este equipo
    dónde guardas tus datos
    dónde está tu configuración
    cómo te desinstalo
    son privados mis datos
    usas la nube""",
}
VERSION: Final = Words(
    en="I am Stillwatch {version}.",
    de="Ich bin Stillwatch {version}.",
    fr="Je suis Stillwatch {version}.",
    es="Soy Stillwatch {version}.",
)
STAYS: Final = Words(
    en="Nothing leaves this host: models run on 127.0.0.1. Only notices go where their configuration sends them, and a model that you pull is fetched.",
    de="Nichts verlässt diesen Host: Modelle laufen auf 127.0.0.1. Nur Benachrichtigungen gehen, wohin ihre Konfiguration sie schickt, und ein Modell, das Sie holen, wird geladen.",
    fr="Rien ne quitte cet hôte : les modèles tournent sur 127.0.0.1. Seules les notifications partent où leur configuration les envoie, et un modèle demandé est téléchargé.",
    es="Nada sale de este equipo: los modelos corren en 127.0.0.1. Solo los avisos van adonde diga su configuración, y un modelo pedido se descarga.",
)
LIES: Final = Words(
    en="Installed, my data lies in /var/lib/stillwatch and /var/lib/stillwatch-gate (the audit log), my configuration in /etc/stillwatch.",
    de="Installiert liegen meine Daten in /var/lib/stillwatch und /var/lib/stillwatch-gate (das Audit-Log), meine Konfiguration in /etc/stillwatch.",
    fr="Une fois installé, mes données sont dans /var/lib/stillwatch et /var/lib/stillwatch-gate (le journal d'audit), ma configuration dans /etc/stillwatch.",
    es="Instalado, mis datos están en /var/lib/stillwatch y /var/lib/stillwatch-gate (el registro de auditoría), mi configuración en /etc/stillwatch.",
)
AWAY: Final = Words(
    en="To take me away: sudo stillwatch uninstall (with --purge the data, too).",
    de="Um mich zu entfernen: sudo stillwatch uninstall (mit --purge auch die Daten).",
    fr="Pour m'enlever : sudo stillwatch uninstall (avec --purge, les données aussi).",
    es="Para quitarme: sudo stillwatch uninstall (con --purge, también los datos).",
)


async def answer(ask: Asking) -> None:
    ask.say(VERSION, version=version("stillwatch"))
    for words in (STAYS, LIES, AWAY):
        ask.say(words)


TOPIC = Topic(
    name="about_us",
    title=Words(
        en="my version and data", de="meine Version und Daten", fr="ma version et mes données", es="mi versión y datos"
    ),
    questions=QUESTIONS,
    answer=answer,
)
