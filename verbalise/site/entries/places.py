"""Entries of places and things: the commune, devices, and cameras with what they see."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from verbalise.site.entries.agreements import AuthorisationEntry, BasisEntry
from verbalise.site.entries.entry import Entry, Instant, Name, Spot, Text

_EDGES = (90.0, 180.0)


def _on_earth(value: list[float]) -> list[float]:
    if any(abs(degrees) > edge for degrees, edge in zip(value, _EDGES, strict=True)):
        raise ValueError("write latitude, then longitude, in degrees: [49.4432, 1.0993]")
    return value


Degrees = Annotated[float, Field(allow_inf_nan=False)]
Where = Annotated[
    list[Degrees],
    Field(min_length=2, max_length=2, description="latitude, longitude in degrees (WGS 84)"),
    AfterValidator(_on_earth),
]
Polygon = Annotated[list[Spot], Field(min_length=3)]


class Commune(Entry):
    """The commune whose agents find offences here.

    `insee` is its five-character code, in quotes; `boundary` its corners: with it, every camera says its position
    and one outside is refused.
    """

    name: Text
    insee: Annotated[str, Field(pattern=r"^(\d{2}|2[AB])\d{3}$")]
    boundary: Annotated[list[Where], Field(min_length=3)] | None = None


class DeviceEntry(Entry):
    """A device on the street; a reader or loop `serves` the bollard or signal that it belongs to."""

    id: Name
    kind: Literal["bollard", "signal", "reader", "loop"]
    name: Text
    serves: Name | None = None
    position: Where | None = None

    @model_validator(mode="after")
    def _serves_as_a_part(self) -> Self:
        if self.serves is not None and self.kind in {"bollard", "signal"}:
            raise ValueError(f"a {self.kind} serves no other device; only readers and loops have `serves`")
        return self


class Picture(Entry):
    """Size of the camera's picture."""

    width_px: Annotated[int, Field(gt=0)]
    height_px: Annotated[int, Field(gt=0)]


class ZoneEntry(Entry):
    """A polygon of the picture."""

    id: Name
    place: Text
    polygon: Polygon


class GateEntry(Entry):
    """The line of a bollard on the border of a zone."""

    id: Name
    zone: Name
    device: Name
    line: Annotated[list[Spot], Field(min_length=2, max_length=2)]


class LineEntry(Entry):
    """A line on the road; `signal` is for stop lines: the signal whose phase holds there."""

    id: Name
    kind: Literal["stop", "continuous", "crossing"]
    place: Text
    points: Annotated[list[Spot], Field(min_length=2)]
    signal: Name | None = None

    @model_validator(mode="after")
    def _signal_at_a_stop_line(self) -> Self:
        if self.signal is not None and self.kind != "stop":
            raise ValueError(f"`signal` is for stop lines; this one is {self.kind}")
        return self


class CameraEntry(Entry):
    """A camera: where it is read, what it watches, and the orders and legal bases for it.

    `source` is an address without credentials, or `file:` and a path; `credentials` names the secret that
    opens it; `loop` and `starts_at` are for files only. `masks` are kept out of every picture shown.
    """

    id: Name
    name: Text
    owner: Name
    network: Literal["bollard", "traffic", "city"]
    area: Name
    source: Annotated[str, Field(pattern=r"^(rtsp|rtsps|http|https)://.+$|^file:.+$")]
    credentials: Name | None = None
    loop: bool = False
    starts_at: Instant | None = None
    picture: Picture
    position: Where | None = None
    view_reference: Name | None = None
    authorisations: list[AuthorisationEntry] = Field(default=[])
    analysis: list[BasisEntry] = Field(default=[])
    zones: list[ZoneEntry] = Field(default=[])
    gates: list[GateEntry] = Field(default=[])
    lines: list[LineEntry] = Field(default=[])
    masks: list[Polygon] = Field(default=[])

    @model_validator(mode="after")
    def _file_only(self) -> Self:
        if not self.source.startswith("file:") and (self.loop or self.starts_at is not None):
            raise ValueError("`loop` and `starts_at` are for `file:` sources only")
        return self
