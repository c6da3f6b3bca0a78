"""Picks a recorded version of the site, as commands name it: by an instant or a number."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from ingest.errors import Halt
from verbalise.site.history import ALWAYS
from verbalise.site.register import SiteVersion


def instant_of(text: str | None, now: datetime) -> datetime:
    """An instant as written on the command line, `now` for none. Raises Halt."""
    if text is None:
        return now
    try:
        at = datetime.fromisoformat(text)
    except ValueError as error:
        raise Halt(f"{text!r} is no instant: write 2026-01-31T08:00:00+01:00 ({error})") from error
    if at.tzinfo is None:
        raise Halt(f"{text!r} has no time zone: add it, for example +01:00")
    return at.astimezone(UTC)


def in_force(versions: Sequence[SiteVersion], at: datetime) -> SiteVersion:
    """The version that holds at an instant. Raises Halt where none is recorded."""
    held = [version for version in versions if (version.effective_from or ALWAYS) <= at]
    if not held:
        raise Halt("the register holds no site: import one with `constat site import FILE`")
    return held[-1]


def named(versions: Sequence[SiteVersion], name: str, now: datetime) -> SiteVersion:
    """A version by its number, or the one that holds at an instant. Raises Halt."""
    if not name.isdecimal():
        return in_force(versions, instant_of(name, now))
    numbered = {version.number: version for version in versions}
    if int(name) not in numbered:
        raise Halt(f"there is no version {name}; the latest is {max(numbered, default=0)}")
    return numbered[int(name)]
