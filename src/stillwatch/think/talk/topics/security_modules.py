"""Which security modules the kernel has switched on (AppArmor, SELinux), and which modules it has loaded."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from stillwatch.records.look import Seen
from stillwatch.think.talk.topic import Asking, Topic, Words, strings
from stillwatch.think.talk.words import words_of

QUESTIONS = {
    "en": """is selinux enabled
    is selinux enforcing
    is apparmor active
    is apparmor enabled
    apparmor status
    which security modules are active
    getenforce
    aa-status
    which kernel modules are loaded
    is the module nvme loaded
    is the kernel module zfs loaded
    lsmod
    which drivers are loaded
    is secure boot or lockdown on""",
    "de": """ist selinux aktiv
    ist selinux eingeschaltet
    ist apparmor aktiv
    läuft apparmor
    welche sicherheitsmodule sind aktiv
    welche kernelmodule sind geladen
    ist das kernelmodul zfs geladen
    welche treiber sind geladen""",
    "fr": """selinux est-il activé
    apparmor est-il actif
    quels modules de sécurité sont actifs
    quels modules du noyau sont chargés
    le module zfs est-il chargé
    quels pilotes sont chargés""",
    "es": """está activado selinux
    está activo apparmor
    qué módulos de seguridad están activos
    qué módulos del kernel están cargados
    está cargado el módulo zfs
    qué controladores están cargados""",
}
ACTIVE: Final = Words(
    en="The kernel has these security modules switched on: {names}.",
    de="Der Kernel hat diese Sicherheitsmodule eingeschaltet: {names}.",
    fr="Le noyau a activé ces modules de sécurité : {names}.",
    es="El kernel tiene activados estos módulos de seguridad: {names}.",
)
APPARMOR: Final = {
    True: Words(en="AppArmor is on.", de="AppArmor ist an.", fr="AppArmor est activé.", es="AppArmor está activado."),
    False: Words(
        en="AppArmor is off.", de="AppArmor ist aus.", fr="AppArmor est désactivé.", es="AppArmor está desactivado."
    ),
}
SELINUX: Final = {
    "enforcing": Words(
        en="SELinux is on and enforces its rules.",
        de="SELinux ist an und setzt seine Regeln durch.",
        fr="SELinux est actif et applique ses règles.",
        es="SELinux está activo y aplica sus reglas.",
    ),
    "permissive": Words(
        en="SELinux is on and only reports (permissive).",
        de="SELinux ist an und meldet nur (permissive).",
        fr="SELinux est actif et signale seulement (permissive).",
        es="SELinux está activo y solo avisa (permissive).",
    ),
    "off": Words(
        en="SELinux is off.", de="SELinux ist aus.", fr="SELinux est désactivé.", es="SELinux está desactivado."
    ),
}
LOCKDOWN: Final = Words(
    en="The kernel's lockdown is: {mode}.",
    de="Der Lockdown des Kernels ist: {mode}.",
    fr="Le verrouillage (lockdown) du noyau : {mode}.",
    es="El bloqueo (lockdown) del kernel: {mode}.",
)
LOADED: Final = Words(
    en="{count:kernel module is|kernel modules are} loaded; what is built into the kernel is not among them.",
    de="{count:Kernelmodul ist|Kernelmodule sind} geladen; was fest im Kernel steckt, zählt nicht dazu.",
    fr="{count:module du noyau est chargé|modules du noyau sont chargés} ; ce qui est intégré au noyau n'y figure pas.",
    es="{count:módulo del kernel cargado|módulos del kernel cargados}; lo integrado en el kernel no cuenta.",
)
IS_LOADED: Final = Words(
    en="The kernel module {name} is loaded.",
    de="Das Kernelmodul {name} ist geladen.",
    fr="Le module {name} est chargé.",
    es="El módulo {name} está cargado.",
)
NOT_LOADED: Final = Words(
    en="No kernel module {name} is loaded; it may be built into the kernel: modinfo {name}",
    de="Ein Kernelmodul {name} ist nicht geladen; es kann fest im Kernel stecken: modinfo {name}",
    fr="Aucun module {name} n'est chargé ; il peut être intégré au noyau : modinfo {name}",
    es="No hay ningún módulo {name} cargado; puede estar integrado en el kernel: modinfo {name}",
)
OF_SECURITY: Final = frozenset(
    [
        "selinux",
        "apparmor",
        "getenforce",
        "aa-status",
        "lsm",
        "lockdown",
        "secure",
        "security",
        "sicherheitsmodule",
        "securite",
        "seguridad",
    ]
)
MOST = 40


async def answer(ask: Asking) -> None:
    words = words_of(ask.question)
    seen = await ask.look("kernel_modules")
    if seen.problem:
        ask.cannot(seen, "lsmod; cat /sys/kernel/security/lsm")
        return
    if not OF_SECURITY & set(words):
        _tell_loaded(ask, seen, words)
        return
    if active := strings(seen, "security"):
        ask.say(ACTIVE, seen, names=", ".join(active))
    ask.say(APPARMOR[bool(seen.data.get("apparmor"))], seen)
    ask.say(SELINUX[str(seen.data.get("selinux") or "off")], seen)
    if mode := seen.data.get("lockdown"):
        ask.say(LOCKDOWN, seen, mode=mode)


def _tell_loaded(ask: Asking, seen: Seen, words: Sequence[str]) -> None:
    loaded = strings(seen, "loaded")
    plain = {name.replace("_", "-"): name for name in loaded}
    if found := [plain[word.replace("_", "-")] for word in words if word.replace("_", "-") in plain]:
        ask.say(IS_LOADED, seen, name=found[0])
    elif ask.named.unknown:
        ask.say(NOT_LOADED, seen, name=ask.named.unknown)
    else:
        ask.say(LOADED, seen, count=len(loaded))
        for name in loaded[:MOST]:
            ask.row(name)


TOPIC = Topic(
    name="security_modules",
    title=Words(
        en="security and kernel modules",
        de="Sicherheits- und Kernelmodule",
        fr="les modules de sécurité et du noyau",
        es="los módulos de seguridad y del kernel",
    ),
    questions=QUESTIONS,
    answer=answer,
    looks=("kernel_modules",),
)
