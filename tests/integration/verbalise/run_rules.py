"""The rules' worker as a process of its own, so that a test can kill it: `python -m … <JSON>`."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from ingest.kafka import KafkaAdmin
from ingest.settings import BusSettings
from verbalise.settings import StreamSettings
from verbalise.site_file import load_site
from verbalise.stream_topics import StreamTopics
from verbalise.stream_worker import run_rules


def main(arguments: str) -> int:
    told = json.loads(arguments)
    bus = BusSettings(bootstrap=told["bootstrap"])
    settings = StreamSettings(**told["settings"])
    return run_rules(bus, settings, load_site(Path(told["site"])), KafkaAdmin(bus), StreamTopics(**told["topics"]))


def _dump():
    import asyncio
    import faulthandler
    import time

    time.sleep(25)
    faulthandler.dump_traceback(file=sys.stderr, all_threads=True)
    for t in list(asyncio.tasks._all_tasks):
        if t.done():
            continue
        print("TASK", t.get_name(), file=sys.stderr)
        c = t.get_coro()
        while c is not None:
            f = getattr(c, "cr_frame", None) or getattr(c, "gi_frame", None) or getattr(c, "ag_frame", None)
            if f is None:
                print("    ", c, file=sys.stderr)
            else:
                print("    ", f.f_code.co_filename[-50:], f.f_lineno, f.f_code.co_name, file=sys.stderr)
            c = getattr(c, "cr_await", None) or getattr(c, "gi_yieldfrom", None) or getattr(c, "ag_await", None)
    sys.stderr.flush()


import threading

threading.Thread(target=_dump, daemon=True).start()
if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
