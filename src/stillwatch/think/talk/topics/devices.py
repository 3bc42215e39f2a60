"""What is plugged in: graphics cards, USB devices, Bluetooth, sound."""

from __future__ import annotations

from typing import Final

from stillwatch.records.amount import size
from stillwatch.think.talk.topic import Asking, Topic, Words, rows, strings

QUESTIONS = {
    "en": """do I have a gpu
    which graphics card is in there
    is there a graphics card
    how much gpu memory is used
    what uses the gpu
    who uses the graphics card
    is my gpu used
    nvidia-smi
    which usb devices are connected
    lsusb
    what is plugged in
    is bluetooth on
    is there a bluetooth adapter
    is there a sound card
    list devices""",
    "de": """habe ich eine grafikkarte
    welche grafikkarte ist drin
    wie viel grafikspeicher ist belegt
    was benutzt die gpu
    welche usb geräte sind angeschlossen
    was ist eingesteckt
    ist bluetooth an
    gibt es eine soundkarte""",
    "fr": """ai-je une carte graphique
    quelle carte graphique
    qu'est-ce qui utilise le gpu
    combien de mémoire gpu est utilisée
    quels périphériques usb sont branchés
    le bluetooth est-il activé""",
    "es": """tengo tarjeta gráfica
    qué gpu hay
    qué usa la gpu
    cuánta memoria de gpu se usa
    qué dispositivos usb hay conectados
    está activado el bluetooth""",
}
CARD: Final = Words(
    en="Graphics card {card} ({driver} {name}): {memory}.",
    de="Grafikkarte {card} ({driver} {name}): {memory}.",
    fr="Carte graphique {card} ({driver} {name}) : {memory}.",
    es="Tarjeta gráfica {card} ({driver} {name}): {memory}.",
)
IN_USE: Final = Words(
    en="{used} of {size} memory in use",
    de="{used} von {size} Speicher belegt",
    fr="{used} de mémoire sur {size} utilisés",
    es="{used} de {size} de memoria en uso",
)
NO_SIZE: Final = Words(
    en="its driver tells no size of its memory",
    de="ihr Treiber nennt keine Größe des Speichers",
    fr="son pilote ne dit pas la taille de sa mémoire",
    es="su controlador no dice el tamaño de su memoria",
)
NO_CARD: Final = Words(
    en="No graphics card shows itself here.",
    de="Hier zeigt sich keine Grafikkarte.",
    fr="Aucune carte graphique ne se montre ici.",
    es="Aquí no se muestra ninguna tarjeta gráfica.",
)
OTHERS: Final = Words(
    en="{count:USB device|USB devices}, {bluetooth:Bluetooth adapter|Bluetooth adapters}, {sound:sound card|sound cards}.",
    de="{count:USB-Gerät|USB-Geräte}, {bluetooth:Bluetooth-Adapter|Bluetooth-Adapter}, {sound:Soundkarte|Soundkarten}.",
    fr="{count:périphérique USB|périphériques USB}, {bluetooth:adaptateur|adaptateurs} Bluetooth, {sound:carte|cartes} son.",
    es="{count:dispositivo|dispositivos} USB, {bluetooth:adaptador|adaptadores} Bluetooth, {sound:tarjeta|tarjetas} de sonido.",
)


async def answer(ask: Asking) -> None:
    graphics = await ask.look("graphics")
    for row in rows(graphics, "cards"):
        words = IN_USE if row["size"] else NO_SIZE
        memory = words.in_(ask.language).format(used=size(row["used"] or 0), size=size(row["size"] or 0))
        ask.say(CARD, graphics, card=row["card"], driver=row["driver"], name=row["name"], memory=memory)
    if not graphics.problem and not rows(graphics, "cards"):
        ask.say(NO_CARD, graphics)
    for row in rows(graphics, "holders")[:6]:
        ask.row(f"{row['name']} (pid {row['pid']})", size(row["own"]), row["unit"], subject=str(row["unit"]))
    seen = await ask.look("devices")
    if seen.problem:
        ask.cannot(seen, "lsusb; lspci")
        return
    usb = rows(seen, "usb")
    ask.say(OTHERS, seen, count=len(usb), bluetooth=len(strings(seen, "bluetooth")), sound=len(strings(seen, "sound")))
    for row in usb:
        ask.row(row["id"], row["name"])


TOPIC = Topic(
    name="devices",
    title=Words(
        en="graphics cards and devices", de="Grafikkarten und Geräte", fr="cartes graphiques et périphériques",
        es="tarjetas gráficas y dispositivos",
    ),
    questions=QUESTIONS,
    answer=answer,
    looks=("graphics", "devices"),
)  # fmt: skip
