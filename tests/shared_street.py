"""A site of two owners under one convention: the city's street, the Métropole's crossroads, three parties that look."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from ingest.model import Camera, CameraId
from verbalise.model import CITY, Agent, AgentId, Capacity, Desk
from verbalise.site.agreements import Aim, Authorisation, Convention, Hours, Network, Party, PartyId, Sharing
from verbalise.site.model import Site, SiteCamera

ZONE = ZoneInfo("Europe/Paris")
METROPOLE, PCRT, DIPN = PartyId("metropole"), PartyId("pcrt"), PartyId("dipn")
BEGINS = datetime(2026, 1, 1, tzinfo=ZONE).astimezone(UTC)
ENDS = datetime(2027, 1, 1, tzinfo=ZONE).astimezone(UTC)
AFTER = ENDS + timedelta(days=4)
"""The convention is over, every prefect's order still in force: a Tuesday, noon in Rouen."""
OFFICE = Hours(frozenset(range(5)), time(7), time(20))
BOLLARD, TRAFFIC, CITY_CAMERA = CameraId("B1"), CameraId("T1"), CameraId("C1")


def at(text: str) -> datetime:
    """An instant by the clock on the wall of Rouen, for example `2026-11-25 06:59`."""
    return datetime.fromisoformat(text).replace(tzinfo=ZONE).astimezone(UTC)


def order(*aims: Aim) -> Authorisation:
    """A prefect's order that outlives the convention."""
    return Authorisation("76-2026-014", frozenset(aims or Aim), BEGINS, BEGINS + timedelta(days=5 * 365), 30)


def camera(camera_id: CameraId, owner: PartyId, network: Network, *orders: Authorisation) -> SiteCamera:
    """A camera with its orders and nothing else."""
    source = Camera(camera_id, "rtsp://camera.example/stream")
    return SiteCamera(source, str(camera_id), owner, network, "centre", 1280, 720, (), (), (), orders)


def convention() -> Convention:
    """The city sees the Métropole's roads at any hour; the traffic centre the city's, in office hours and on call."""
    all_networks = frozenset({Network.BOLLARD, Network.TRAFFIC})
    return Convention(
        reference="2026-07",
        title="Mise en commun des images",
        valid_from=BEGINS,
        valid_until=ENDS,
        notice_months=3,
        confidentiality="Ce qui est vu ici n’est ni copié, ni raconté.",
        sharings=(
            Sharing(CITY, all_networks, frozenset({Aim.OFFENCES, Aim.SAFETY})),
            Sharing(
                PCRT, frozenset({Network.TRAFFIC, Network.CITY}), frozenset({Aim.TRAFFIC}), (OFFICE,), on_call=True
            ),
        ),
    )


def shared_site() -> Site:
    """Three cameras: the city's bollard and city cameras, the Métropole's traffic camera."""
    cameras = (
        camera(BOLLARD, CITY, Network.BOLLARD, order()),
        camera(TRAFFIC, METROPOLE, Network.TRAFFIC, order()),
        camera(CITY_CAMERA, CITY, Network.CITY, order()),
    )
    parties = (
        Party(CITY, "la Ville"),
        Party(METROPOLE, "la Métropole"),
        Party(PCRT, "le PCRT"),
        Party(DIPN, "la DIPN"),
    )
    return Site(
        version="shared-1",
        commune="Rouen",
        insee="76540",
        timezone=ZONE,
        cameras={each.camera.id: each for each in cameras},
        devices={},
        by_laws=(),
        parties={party.id: party for party in parties},
        convention=convention(),
    )


def person(party: PartyId, capacity: Capacity | None = None) -> Agent:
    """Somebody of a party, in that party's usual capacity."""
    usual = {CITY: Capacity.MUNICIPAL_POLICE, PCRT: Capacity.TRAFFIC_OPERATOR, DIPN: Capacity.NATIONAL_POLICE}
    acts_as = capacity or usual.get(party, Capacity.CSU_OPERATOR)
    desks = frozenset({Desk.LIVE, Desk.SITE})
    until = ENDS + timedelta(days=3650)
    return Agent(
        AgentId(f"of-{party}"), f"of-{party}", party.title(), party.upper(), acts_as, False, desks, BEGINS, until, party
    )


def without_convention(site: Site) -> Site:
    """The same site, with nothing agreed."""
    return replace(site, convention=None)
