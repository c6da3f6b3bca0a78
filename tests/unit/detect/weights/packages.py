"""Installed packages as the fetcher would leave them, with files that are not the pinned ones."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from detect.weights.prepare import Say
from detect.weights.sources import EVERY


def install_something_else(into: Path) -> None:
    """Every file is there, and none is the pinned one."""
    for source in EVERY:
        file = into / source.path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(b"not the pinned file")


def install_nothing(into: Path) -> None:
    """A fetch that ends well and brings nothing."""
    into.mkdir()


def write(name: str, content: bytes) -> Callable[[Path, Path, Say], None]:
    """Makes one file of weights, in a subfolder."""

    def fill(made: Path, wheels: Path, say: Say) -> None:
        assert wheels.is_dir()
        say("writing")
        (made / "model").mkdir()
        (made / "model" / name).write_bytes(content)

    return fill


def stop_half_way(made: Path, wheels: Path, say: Say) -> None:
    """One file is made, then the user stops it all."""
    write("first.bin", b"half")(made, wheels, say)
    raise KeyboardInterrupt
