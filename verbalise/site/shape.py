"""The shape of the whole site file; its parts are in `entries`."""

from __future__ import annotations

from typing import Annotated, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, Field

from verbalise.site.entries.agreements import ConventionEntry, HelpEntry, PartyEntry
from verbalise.site.entries.by_laws import ByLawEntry, PermitEntry
from verbalise.site.entries.entry import Entry
from verbalise.site.entries.people import AgentEntry
from verbalise.site.entries.places import CameraEntry, Commune, DeviceEntry


def _time_zone(value: str) -> str:
    try:
        ZoneInfo(value)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise ValueError("no such time zone; write for example Europe/Paris") from error
    return value


class SiteFile(Entry):
    """The whole file."""

    version: Literal[1] = Field(alias="schema")
    commune: Commune
    timezone: Annotated[str, AfterValidator(_time_zone)]
    finds_on_replay: bool = True
    parties: list[PartyEntry] = Field(default=[])
    convention: ConventionEntry | None = None
    help: list[HelpEntry] = Field(default=[])
    devices: list[DeviceEntry] = Field(default=[])
    cameras: Annotated[list[CameraEntry], Field(min_length=1)]
    by_laws: list[ByLawEntry] = Field(default=[])
    permits: list[PermitEntry] = Field(default=[])
    agents: list[AgentEntry] = Field(default=[])
