"""How a web site or a service behind a name stands: which server answers for it, and whether that runs and listens."""

from __future__ import annotations

from stillwatch.think.talk.topic import Asking, Topic, Words, rows
from stillwatch.think.talk.topics.unit_state import tell_state

QUESTIONS = {
    "en": """is example.org up
    is the website up
    status of the site shop.example.org
    is my site down
    why is shop.example.org not reachable
    which websites run here
    which sites are configured
    which domains does this server serve
    is the homepage reachable
    is the web page online
    list the virtual hosts
    where is the document root of the site""",
    "de": """ist die webseite erreichbar
    ist die website online
    läuft shop.example.org
    status der seite shop.example.org
    warum ist die seite nicht erreichbar
    welche webseiten laufen hier
    welche domains bedient der server
    welche seiten sind eingerichtet
    geht die homepage
    liste die virtuellen hosts""",
    "fr": """le site est-il en ligne
    est-ce que le site web fonctionne
    état du site shop.example.org
    pourquoi le site est inaccessible
    quels sites sont configurés
    quels domaines sont servis ici
    quels sites tournent ici""",
    "es": """está en línea el sitio web
    funciona la página web
    estado del sitio shop.example.org
    por qué no se puede acceder al sitio
    qué sitios están configurados
    qué dominios sirve este servidor""",
}
SITES = Words(
    en="{count:site is|sites are} configured here:",
    de="{count:Seite ist|Seiten sind} hier eingerichtet:",
    fr="{count:site est configuré|sites sont configurés} ici :",
    es="Aquí hay {count:sitio configurado|sitios configurados}:",
)
NONE = Words(
    en="No site is configured here for nginx, Apache or Caddy as far as I can read.",
    de="Soweit ich lesen kann, ist hier keine Seite für nginx, Apache oder Caddy eingerichtet.",
    fr="Autant que je puisse lire, aucun site n'est configuré ici pour nginx, Apache ou Caddy.",
    es="Por lo que puedo leer, aquí no hay ningún sitio configurado para nginx, Apache o Caddy.",
)
NOT_HERE = Words(
    en="{domain} is not configured on this host.",
    de="{domain} ist auf diesem Host nicht eingerichtet.",
    fr="{domain} n'est pas configuré sur cet hôte.",
    es="{domain} no está configurado en este equipo.",
)
SERVED = Words(
    en="{domain} is served by {server} on port {ports} ({file}).",
    de="{domain} wird von {server} auf Port {ports} bedient ({file}).",
    fr="{domain} est servi par {server} sur le port {ports} ({file}).",
    es="{domain} lo sirve {server} en el puerto {ports} ({file}).",
)
LISTENS = Words(
    en="Port {port} has a listener on this host.",
    de="Auf Port {port} lauscht hier ein Programm.",
    fr="Le port {port} est bien à l'écoute ici.",
    es="En el puerto {port} hay un programa a la escucha.",
)
SILENT = Words(
    en="Nothing listens on port {port}.",
    de="Auf Port {port} lauscht nichts.",
    fr="Rien n'écoute sur le port {port}.",
    es="Nada escucha en el puerto {port}.",
)
OUTSIDE = Words(
    en="Whether it can be reached from outside I cannot see from here; try: curl -I https://{domain}/",
    de="Ob sie von außen erreichbar ist, kann ich von hier nicht sehen; versuchen: curl -I https://{domain}/",
    fr="Je ne peux pas voir d'ici si on l'atteint de l'extérieur ; essayez : curl -I https://{domain}/",
    es="Desde aquí no puedo ver si se llega desde fuera; pruebe: curl -I https://{domain}/",
)


async def answer(ask: Asking) -> None:
    seen = await ask.look("web_sites")
    sites = rows(seen, "sites")
    domain = ask.named.domain
    mine = [site for site in sites if domain and any(domain.endswith(str(name).lstrip("*")) for name in site["names"])]
    if not domain:
        ask.say(SITES, seen, count=len(sites)) if sites else ask.say(NONE, seen)
        for site in sites:
            names = ", ".join(site["names"]) or "default"
            ask.row(
                names,
                f"{site['server']} :{', :'.join(map(str, site['ports']))}",
                site["root"],
                subject=f"{site['server']}.service",
            )
        servers = sorted({f"{site['server']}.service" for site in sites} & set(ask.known.units))
        for server in servers or [name for name in ask.named.units if ask.named.role == "webserver"]:
            await tell_state(ask, server)
        return
    if not mine:
        ask.say(NOT_HERE, seen, domain=domain)
    for site in mine[:2]:
        ask.say(
            SERVED,
            seen,
            domain=domain,
            server=site["server"],
            ports=", ".join(map(str, site["ports"])),
            file=site["file"],
        )
        await tell_state(ask, f"{site['server']}.service")
        for port in site["ports"][:2]:
            sockets = await ask.look("listening_sockets", port=int(port))
            if not sockets.problem:
                ask.say(LISTENS if rows(sockets, "sockets") else SILENT, sockets, port=port)
    ask.say(OUTSIDE, domain=domain)


TOPIC = Topic(
    name="site",
    title=Words(en="web sites", de="Webseiten", fr="les sites web", es="los sitios web"),
    questions=QUESTIONS,
    answer=answer,
    wants="name",
    looks=("web_sites", "unit_status", "listening_sockets"),
)
