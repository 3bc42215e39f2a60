"""When certificates end."""

from __future__ import annotations

from stillwatch.think.talk.topic import Asking, Topic, Words, rows, strings

QUESTIONS = {
    "en": """when does the certificate expire
    ssl certificates
    are the certificates valid
    is the tls certificate ok
    certificate expiry
    which certificates expire soon
    let's encrypt
    https certificate
    when does the cert of shop.example.org run out""",
    "de": """wann läuft das zertifikat ab
    ssl zertifikate
    sind die zertifikate gültig
    ist das tls zertifikat in ordnung
    welche zertifikate laufen bald ab
    zertifikat von shop.example.org
    let's encrypt""",
    "fr": """quand expire le certificat
    certificats ssl
    les certificats sont-ils valides
    certificat tls
    quels certificats expirent bientôt
    expiration du certificat""",
    "es": """cuándo caduca el certificado
    certificados ssl
    son válidos los certificados
    certificado tls
    qué certificados caducan pronto
    caducidad del certificado""",
}
ENDS = Words(
    en="The certificate for {names} ({place}) ends in {days} days, on {at}.",
    de="Das Zertifikat für {names} ({place}) endet in {days} Tagen, am {at}.",
    fr="Le certificat pour {names} ({place}) expire dans {days} jours, le {at}.",
    es="El certificado de {names} ({place}) caduca en {days} días, el {at}.",
)
ENDED = Words(
    en="The certificate for {names} ({place}) ended {days} days ago, on {at}.",
    de="Das Zertifikat für {names} ({place}) ist seit {days} Tagen abgelaufen, am {at}.",
    fr="Le certificat pour {names} ({place}) a expiré il y a {days} jours, le {at}.",
    es="El certificado de {names} ({place}) caducó hace {days} días, el {at}.",
)
NONE = Words(
    en="I find no certificate in the web and mail servers' configuration, and none is shown on a TLS port here.",
    de="In der Konfiguration der Web- und Mailserver finde ich kein Zertifikat, und auf keinem TLS-Port hier wird eines gezeigt.",
    fr="Je ne trouve aucun certificat dans la configuration des serveurs web et mail, ni sur un port TLS d'ici.",
    es="No encuentro ningún certificado en la configuración de los servidores web y de correo, ni en un puerto TLS de aquí.",
)
CLOSED = Words(
    en="{places} may be read by root alone",
    de="{places} darf nur root lesen",
    fr="seul root peut lire {places}",
    es="solo root puede leer {places}",
)


async def answer(ask: Asking) -> None:
    seen = await ask.look("certificates")
    if seen.problem:
        ask.cannot(seen, "sudo certbot certificates")
        return
    found, closed = rows(seen, "certificates"), strings(seen, "unreadable")
    if ask.named.domain:
        found = [row for row in found if any(ask.named.domain.endswith(str(name).lstrip("*")) for name in row["names"])]
    for number, row in enumerate(found[:8]):
        days, names = float(row["days"]), ", ".join(row["names"][:3]) or "?"
        shown = {"names": names, "place": row["place"], "days": f"{abs(days):.0f}", "at": ask.when(row["ends"])}
        if number < 2:
            ask.say(ENDS if days >= 0 else ENDED, seen, **shown)
        else:
            ask.row(names, row["place"], f"{days:.0f} d")
    if not found and not closed:
        ask.say(NONE, seen)
    if closed:
        ask.cannot(
            CLOSED.in_(ask.language).format(paths=", ".join(closed[:4])),
            f"sudo openssl x509 -noout -enddate -in {closed[0]}",
        )


TOPIC = Topic(
    name="certificates",
    title=Words(en="certificates", de="Zertifikate", fr="les certificats", es="los certificados"),
    questions=QUESTIONS,
    answer=answer,
    looks=("certificates",),
)
