"""How every command ends: with an exit code, and with one line instead of a traceback where a person must act."""

from __future__ import annotations

from collections.abc import Callable

from rich.console import Console

from deploy.embedded.life import EXIT_HALT
from ingest.errors import ConstatError

_err = Console(stderr=True)


def guarded(run: Callable[[], int]) -> int:
    """An exit code; errors made on purpose become one line, and 78 where a person must act."""
    try:
        return run()
    except ConstatError as error:
        _err.print(str(error), style="red", markup=False, highlight=False, soft_wrap=True)
        return EXIT_HALT
    except KeyboardInterrupt:
        return 130
