"""Network connections that are open now: how many, by which program and port, with whom."""

from __future__ import annotations

from collections import Counter

import psutil

from stillwatch.tools.tool import HostReader, Look, Tool, in_thread


class Arguments(Tool, frozen=True):
    """Network connections that are open now: how many, by which program and port, with whom."""

    async def look(self, reader: HostReader) -> Look:
        found = await in_thread(lambda: psutil.net_connections("tcp"))
        listening = {one.laddr.port for one in found if one.status == psutil.CONN_LISTEN}
        live = [one for one in found if one.status == psutil.CONN_ESTABLISHED and one.raddr]
        coming = Counter(one.laddr.port for one in live if one.laddr.port in listening)
        going = Counter(one.raddr.port for one in live if one.laddr.port not in listening)
        peers = Counter(one.raddr.ip for one in live)
        pending = Counter(one.raddr.port for one in found if one.status == psutil.CONN_SYN_SENT and one.raddr)
        data = {"open": len(live), "waiting": sum(one.status == psutil.CONN_TIME_WAIT for one in found)}
        for name, counted, key in (
            ("to_ports", coming, "port"),
            ("from_here", going, "port"),
            ("peers", peers, "address"),
            ("opening", pending, "port"),
        ):
            data[name] = [{key: what, "count": count} for what, count in counted.most_common(15)]
        lines = [f"{len(live)} connections are open"]
        lines += [f"to our port {port}: {count}" for port, count in coming.most_common(10)]
        lines += [f"from here to port {port}: {count}" for port, count in going.most_common(10)]
        lines += [f"asked for at port {port} and not answered: {count}" for port, count in pending.most_common(10)]
        return Look("\n".join(lines), data)
