"""`python -m detect.weights [FOLDER]`: make the weights ready, once."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from detect.weights.prepare import default_folder, prepare
from ingest.errors import Halt


def main() -> int:
    """Exit code 0, or 78 where a person must act."""
    arguments = argparse.ArgumentParser(prog="python -m detect.weights", description="Make the weights ready, once.")
    arguments.add_argument("folder", nargs="?", type=Path, default=default_folder(), help="default: %(default)s")
    try:
        prepare(arguments.parse_args().folder, lambda text: print(f"· {text}", flush=True))  # noqa: T201 (speaks to whoever set up)
    except Halt as error:
        print(error, file=sys.stderr)  # noqa: T201
        return 78
    return 0


if __name__ == "__main__":
    sys.exit(main())
