"""The shape of the site file, entry by entry: what keys there are and what each may hold."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Annotated, Any, Literal, Self, get_args
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from detect.model import RoadUser

Day = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
DAYS: tuple[Day, ...] = get_args(Day)
"""In the order of `date.weekday`."""

_CLOCK = re.compile(r"(?:[01]\d|2[0-3]):[0-5]\d|24:00")


def _instant(value: Any) -> Any:
    """YAML reads some dates by itself and leaves others as text; both are taken."""
    if not isinstance(value, str):
        return value
    try:
        return datetime.fromisoformat(value)
    except ValueError as error:
        raise ValueError("write an instant as 2026-01-31T08:00:00+01:00") from error


def _in_utc(value: datetime) -> datetime:
    if value.tzinfo is None:
        raise ValueError("the instant has no time zone; add it, for example +01:00")
    return value.astimezone(UTC)


def _clock_time(value: str) -> str:
    if not _CLOCK.fullmatch(value):
        raise ValueError('write a time of day as "08:30", in quotes, from "00:00" to "24:00"')
    return value


def _time_zone(value: str) -> str:
    try:
        ZoneInfo(value)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise ValueError("no such time zone; write for example Europe/Paris") from error
    return value


Name = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")]
"""An id: it becomes part of keys, file names and addresses."""
Text = Annotated[str, Field(min_length=1, max_length=300)]
Ratio = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
Spot = Annotated[list[Ratio], Field(min_length=2, max_length=2, description="x, y relative to the picture")]
Instant = Annotated[datetime, BeforeValidator(_instant), AfterValidator(_in_utc)]
ClockTime = Annotated[str, AfterValidator(_clock_time)]


class Entry(BaseModel):
    """A part of the file: unknown keys are refused and nothing is converted in silence."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class Commune(Entry):
    """The commune whose agents find offences here; `insee` is its five-character code, in quotes."""

    name: Text
    insee: Annotated[str, Field(pattern=r"^(\d{2}|2[AB])\d{3}$")]


class DeviceEntry(Entry):
    """A device on the street."""

    id: Name
    kind: Literal["bollard", "signal", "reader", "loop"]
    name: Text


class Picture(Entry):
    """Size of the camera's picture."""

    width_px: Annotated[int, Field(gt=0)]
    height_px: Annotated[int, Field(gt=0)]


class _Period(Entry):
    """Something that is in force from an instant until another, exclusive."""

    valid_from: Instant = Field(alias="from")
    valid_until: Instant | None = Field(default=None, alias="until")

    @model_validator(mode="after")
    def _forward(self) -> Self:
        if self.valid_until is not None and self.valid_until <= self.valid_from:
            raise ValueError(
                f"`until` ({self.valid_until.isoformat()}) is not after `from` ({self.valid_from.isoformat()})"
            )
        return self


class BasisEntry(_Period):
    """The legal basis that lets machines flag one offence on this camera."""

    offence: Name
    text: Text
    valid_until: Instant = Field(alias="until")


class ZoneEntry(Entry):
    """A polygon of the picture."""

    id: Name
    place: Text
    polygon: Annotated[list[Spot], Field(min_length=3)]


class GateEntry(Entry):
    """The line of a bollard on the border of a zone."""

    id: Name
    zone: Name
    device: Name
    line: Annotated[list[Spot], Field(min_length=2, max_length=2)]


class CameraEntry(Entry):
    """A camera: where it is read and what it watches.

    `source` is an address without credentials, or `file:` and a path; `credentials` names the secret that
    opens it; `loop` and `starts_at` are for files only.
    """

    id: Name
    name: Text
    owner: Text
    network: Literal["bollard", "traffic", "city"]
    area: Name
    source: Annotated[str, Field(pattern=r"^(rtsp|rtsps|http|https)://.+$|^file:.+$")]
    credentials: Name | None = None
    loop: bool = False
    starts_at: Instant | None = None
    picture: Picture
    analysis: list[BasisEntry] = []
    zones: list[ZoneEntry] = []
    gates: list[GateEntry] = []

    @model_validator(mode="after")
    def _file_only(self) -> Self:
        if not self.source.startswith("file:") and (self.loop or self.starts_at is not None):
            raise ValueError("`loop` and `starts_at` are for `file:` sources only")
        return self


class ClosureEntry(Entry):
    """Hours in which motor vehicles are kept out, local time; `until` before `from` passes midnight."""

    days: Annotated[list[Day], Field(min_length=1)]
    start: ClockTime = Field(alias="from")
    end: ClockTime = Field(alias="until")

    @model_validator(mode="after")
    def _lasts(self) -> Self:
        if self.start == self.end or self.start == "24:00":
            raise ValueError(f'from {self.start} until {self.end} has no length; a whole day is "00:00" until "24:00"')
        return self


class ByLawEntry(_Period):
    """A municipal by-law (arrêté) on one zone; `admitted` classes are never kept out."""

    reference: Text
    zone: Name
    title: Text
    closures: Annotated[list[ClosureEntry], Field(min_length=1)]
    admitted: list[Annotated[RoadUser, Field(strict=False)]] = []


class SiteFile(Entry):
    """The whole file."""

    version: Literal[1] = Field(alias="schema")
    commune: Commune
    timezone: Annotated[str, AfterValidator(_time_zone)]
    devices: list[DeviceEntry] = []
    cameras: Annotated[list[CameraEntry], Field(min_length=1)]
    by_laws: list[ByLawEntry] = []
