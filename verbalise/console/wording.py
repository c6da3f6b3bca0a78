"""The console's words: sentences of one language, instants in the site's time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import Any
from zoneinfo import ZoneInfo

import yaml

from verbalise.law.catalogue import Offence


class Language(StrEnum):
    """Languages of the console, French first."""

    FRENCH = "fr"
    ENGLISH = "en"


@cache
def sentences(language: Language) -> Mapping[str, str]:
    """Every sentence of a language by its dotted key, for example `act.find`."""
    text = files("verbalise.console.messages").joinpath(f"{language}.yaml").read_text(encoding="utf-8")
    return dict(_flat("", yaml.safe_load(text)))


def _flat(prefix: str, tree: Mapping[str, Any]) -> list[tuple[str, str]]:
    lines: list[tuple[str, str]] = []
    for key, value in tree.items():
        lines += _flat(f"{prefix}{key}.", value) if isinstance(value, Mapping) else [(f"{prefix}{key}", str(value))]
    return lines


@dataclass(frozen=True, slots=True)
class Words:
    """One language in one time zone."""

    language: Language
    zone: ZoneInfo

    def __call__(self, key: str, **values: object) -> str:
        """The sentence of that key with its blanks filled. KeyError if the catalogue lacks it."""
        return sentences(self.language)[key].format(**values)

    def title(self, offence: Offence) -> str:
        """An offence's name."""
        return offence.title_fr if self.language is Language.FRENCH else offence.title_en

    def day(self, at: datetime) -> str:
        """A local date, `dd/mm/yyyy`."""
        return at.astimezone(self.zone).strftime("%d/%m/%Y")

    def last_day(self, until: datetime) -> str:
        """The last local day of a span that ends, exclusively, at an instant."""
        return self.day(until - timedelta(microseconds=1))

    def instant(self, at: datetime) -> str:
        """A local date and time, to the second."""
        return at.astimezone(self.zone).strftime("%d/%m/%Y %H:%M:%S")

    def precise(self, at: datetime) -> str:
        """A local date and time, to the tenth of a second that the pictures allow."""
        local = at.astimezone(self.zone)
        mark = "," if self.language is Language.FRENCH else "."
        return f"{local:%d/%m/%Y %H:%M:%S}{mark}{local.microsecond // 100_000}"

    def clock(self, at: datetime) -> str:
        """A local time of day, to the second."""
        return at.astimezone(self.zone).strftime("%H:%M:%S")

    def age(self, at: datetime, now: datetime) -> str:
        """How long ago, in the one unit that matters."""
        seconds = max(0, int((now - at).total_seconds()))
        if seconds < 60:
            return self("age.seconds", n=seconds)
        if seconds < 3600:
            return self("age.minutes", n=seconds // 60)
        if seconds < 48 * 3600:
            return self("age.hours", n=seconds // 3600)
        return self("age.days", n=seconds // 86_400)
