"""Tracks, device reports and sites in one readable line each. Times are seconds after `T0`.

The street: vehicles come from the top of the picture and cross the gate's line at y = 0.5, between x = 0.2
and x = 0.8, into the zone below it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

from detect.model import Box, Observation, ObservedBreak, ObservedFrame, Point, RoadUser, TrackId
from ingest.model import (
    BreakReason,
    Camera,
    CameraId,
    DeviceEvent,
    DeviceEventKind,
    DeviceId,
    PacketRef,
    StreamId,
)
from verbalise.model import CITY, OffenceId, PermitId, ZoneId
from verbalise.rules.model import Observed
from verbalise.site.agreements import Aim, Authorisation, Hours, Network
from verbalise.site.model import AnalysisBasis, ByLaw, Device, Gate, Line, LineKind, Site, SiteCamera, Zone
from verbalise.site.permits import Permit, PermitReason, TokenHasher, TokenKind

T0 = datetime(2026, 3, 10, 9, 0, tzinfo=UTC)
"""A Tuesday, 10:00 in Rouen."""
FPS = 10
LINE_Y = 0.5
SPEED = 0.14
"""Ground point per second: a vehicle at walking pace near the gate of the demo street."""

CAMERA = CameraId("B1")
BOLLARD = DeviceId("bollard-1")
LOOP = DeviceId("loop-1")
SECOND_LOOP = DeviceId("loop-2")
READER = DeviceId("reader-1")
SIGNAL = DeviceId("signal-1")
SIGNAL_LOOP = DeviceId("loop-9")
ZONE = ZoneId("street")
STREAM = StreamId("B1~s1")
OFFENCE = OffenceId("pedestrian-area-driving")


def instant(at_s: float) -> datetime:
    """The instant so many seconds after `T0`."""
    return T0 + timedelta(seconds=at_s)


@dataclass(frozen=True)
class Drive:
    """One track: where its ground point is at each moment, and what the detector calls it."""

    track: str
    start_s: float
    end_s: float
    y_at: Callable[[float], float]
    kinds: Sequence[RoadUser]
    x: float = 0.5
    width: float = 0.12
    height: float = 0.24

    def seen_at(self, at_s: float, nth: int) -> Observation | None:
        """The observation at a moment; None while it is not seen."""
        if not self.start_s - 1e-9 <= at_s <= self.end_s + 1e-9:
            return None
        y = min(1.0, self.y_at(at_s))
        box = Box(self.x - self.width / 2, y - self.height, self.x + self.width / 2, y)
        return Observation(TrackId(f"{STREAM}:{self.track}"), self.kinds[nth % len(self.kinds)], 0.9, box)


def enters(
    track: str, at: float, *kinds: RoadUser, seen_from: float = 1.5, seen_for: float = 3.0, x: float = 0.5
) -> Drive:
    """A vehicle that crosses the line inwards at a moment, at walking pace."""
    return Drive(track, at - seen_from, at + seen_for, lambda t: LINE_Y + SPEED * (t - at), kinds or (RoadUser.CAR,), x)


def leaves(track: str, at: float) -> Drive:
    """A vehicle that crosses the line outwards at a moment."""
    return Drive(track, at - 2, at + 2, lambda t: LINE_Y - SPEED * (t - at), (RoadUser.CAR,))


def drives(track: str, *way: tuple[float, float], kind: RoadUser = RoadUser.CAR, x: float = 0.5) -> Drive:
    """A vehicle whose ground point goes from one (moment, y) to the next in straight lines."""
    return Drive(track, way[0][0], way[-1][0], lambda t: _along(way, t), (kind,), x)


def _along(way: Sequence[tuple[float, float]], at_s: float) -> float:
    for (t0, y0), (t1, y1) in pairwise(way):
        if at_s <= t1:
            return y0 + (y1 - y0) * (at_s - t0) / (t1 - t0)
    return way[-1][1]


def wobbling(drive: Drive, offsets: Sequence[float]) -> Drive:
    """The same track with the lower edge of its box off by each of `offsets` in turn."""
    return replace(drive, y_at=lambda t: drive.y_at(t) + offsets[round(t * FPS) % len(offsets)])


def ref(at_s: float, offset: int | None = None) -> PacketRef:
    """The packet of the picture at a moment."""
    number = round(at_s * FPS)
    place = 1_000 + number if offset is None else offset
    return PacketRef(0, place, place - number % 10, number + 1_000, number * 9_000, instant(at_s))


def frames(*drives_: Drive, until: float = 12.0, start: float = -2.0) -> list[Observed]:
    """The frames of a scene at ten pictures a second."""
    return [frame(index / FPS, drives_) for index in range(round(start * FPS), round(until * FPS) + 1)]


def frame(at_s: float, drives_: Iterable[Drive] = (), camera: CameraId = CAMERA) -> ObservedFrame:
    """The frame at a moment of a scene."""
    number = round(at_s * FPS)
    seen = (drive.seen_at(at_s, number) for drive in drives_)
    return ObservedFrame(
        camera, STREAM, ref(at_s), 1600, 900, tuple(one for one in seen if one is not None), "detector-1"
    )


def ends(at_s: float) -> ObservedBreak:
    """The end of the stream at a moment."""
    return ObservedBreak(CAMERA, STREAM, ref(at_s), BreakReason.LOST)


def reports(
    kind: DeviceEventKind, at: float, permit: str | None = None, *, late: float = 0.2, device: DeviceId = BOLLARD
) -> DeviceEvent:
    """One report of a device, received a little after."""
    return DeviceEvent(f"{device}/{kind}/{at}", device, kind, instant(at), instant(at + late), permit)


def badge(at: float, permit: str = "delivery-017", *, late: float = 0.2) -> DeviceEvent:
    """A badge accepted."""
    return reports(DeviceEventKind.BADGE_ACCEPTED, at, permit, late=late)


def call(at: float, permit: str | None = "call-9") -> DeviceEvent:
    """An operator's opening on a call over the intercom."""
    return reports(DeviceEventKind.OPERATOR_OPENED, at, permit)


def opening(start: float, end: float) -> list[DeviceEvent]:
    """The bollard goes down at a moment and is up again at another."""
    return [
        reports(DeviceEventKind.LOWERING, start),
        reports(DeviceEventKind.LOWERED, start + 0.6),
        reports(DeviceEventKind.RAISING, end - 0.6),
        reports(DeviceEventKind.RAISED, end),
    ]


def passes(at: float, device: DeviceId = LOOP) -> DeviceEvent:
    """A vehicle over a loop."""
    return reports(DeviceEventKind.PASSAGE, at, device=device)


KEY = TokenHasher(b"a key for tests only")


def permit(name: str = "p-1", badge_number: str = "delivery-017", **changes: Any) -> Permit:
    """A permit of the street by badge, for the year around `T0`."""
    year = timedelta(days=365)
    token = KEY.hash(TokenKind.BADGE, badge_number)
    made = Permit(
        PermitId(name), ZONE, TokenKind.BADGE, token, PermitReason.DELIVERY, "Fleuriste", "Mairie", T0 - year, T0 + year
    )
    return replace(made, **changes)


def always_closed(reference: str = "2025-118", admitted: frozenset[RoadUser] = frozenset({RoadUser.BICYCLE})) -> ByLaw:
    """A by-law that keeps motor vehicles out at any hour."""
    week = Hours(frozenset(range(7)), time.min, time.max)
    return ByLaw(reference, ZONE, "Aire piétonne", T0 - timedelta(days=365), None, (week,), admitted)


def basis(days_before: float = 30, days_after: float = 30) -> AnalysisBasis:
    """A legal basis around `T0`."""
    return AnalysisBasis(OFFENCE, "Rue de synthèse", T0 - timedelta(days=days_before), T0 + timedelta(days=days_after))


def order(days_before: float = 300, days_after: float = 300) -> Authorisation:
    """A prefect's order around `T0` that names every aim."""
    start, end = T0 - timedelta(days=days_before), T0 + timedelta(days=days_after)
    return Authorisation("76-2026-001", frozenset(Aim), start, end, retention_days=30)


def site(
    *by_laws: ByLaw, analysis: tuple[AnalysisBasis, ...] | None = None, gated: bool = True, camera: CameraId = CAMERA
) -> Site:
    """A site with one camera on one zone, behind one bollard unless told otherwise."""
    zone = Zone(ZONE, "Rue du Gros-Horloge", (Point(0.2, 0.5), Point(0.8, 0.5), Point(0.95, 1.0), Point(0.05, 1.0)))
    gate = Gate("gate-1", ZONE, BOLLARD, (Point(0.2, 0.5), Point(0.8, 0.5)))
    watched = SiteCamera(
        camera=Camera(camera, "file:/footage.mp4"),
        name="Borne 1",
        owner=CITY,
        network=Network.BOLLARD,
        area="centre",
        width_px=1600,
        height_px=900,
        zones=(zone,),
        gates=(gate,) if gated else (),
        analysis=(basis(),) if analysis is None else analysis,
        authorisations=(order(),),
    )
    return Site(
        version="0" * 64,
        commune="Rouen",
        insee="76540",
        timezone=ZoneInfo("Europe/Paris"),
        cameras={camera: watched},
        devices={BOLLARD: Device(BOLLARD, "bollard", "Borne 1")},
        by_laws=by_laws or (always_closed(),),
    )


def street_of_devices(*by_laws: ByLaw, analysed: bool = False) -> Site:
    """The street with a reader and two loops at its bollard, and a signal with a stop line and a loop behind it."""
    bare = site(*by_laws, analysis=None if analysed else ())
    line = Line("stop-1", LineKind.STOP, "Quai × rue", (Point(0.1, 0.3), Point(0.9, 0.3)), SIGNAL)
    added = (
        Device(READER, "reader", "Lecteur 1", serves=BOLLARD),
        Device(LOOP, "loop", "Boucle 1", serves=BOLLARD),
        Device(SECOND_LOOP, "loop", "Boucle 2", serves=BOLLARD),
        Device(SIGNAL, "signal", "Feu 1"),
        Device(SIGNAL_LOOP, "loop", "Boucle 9", serves=SIGNAL),
    )
    return replace(
        bare,
        cameras={CAMERA: replace(bare.cameras[CAMERA], lines=(line,))},
        devices={**bare.devices, **{device.id: device for device in added}},
    )
