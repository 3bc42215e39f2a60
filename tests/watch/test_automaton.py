from __future__ import annotations

import threading

from stillwatch.watch.automaton import Automaton, Expression


def test_several_threads_may_scan_at_once() -> None:
    """hyperscan refuses a scan while another one uses the same memory."""
    automaton = Automaton.of("x", lambda: [Expression("a.*b", 1)])
    text, problems = b"a, and b\n" * 100_000, list[BaseException]()

    def scan() -> None:
        try:
            automaton.scan(text, lambda *_: None, None)
        except BaseException as error:
            problems.append(error)

    threads = [threading.Thread(target=scan) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not problems
