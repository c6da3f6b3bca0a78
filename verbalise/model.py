"""Facts before the law: claims, cases, decisions, alerts, and the trace of who looked.

A claim is a machine's hint; a decision is a person's act. Times are aware UTC datetimes.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NewType

from detect.model import Box, PlateReading, Point, RoadUser, TrackId
from ingest.model import CameraId, DeviceEvent, DeviceId, PacketRef, StreamId
from verbalise.dated import Dated
from verbalise.site.agreements import PartyId

OffenceId = NewType("OffenceId", str)
ClaimId = NewType("ClaimId", str)
CaseId = NewType("CaseId", str)
AgentId = NewType("AgentId", str)
AlertId = NewType("AlertId", str)
ZoneId = NewType("ZoneId", str)
PermitId = NewType("PermitId", str)

CITY = PartyId("ville")
"""The party whose agents find offences: the commune itself."""


class Trigger(StrEnum):
    """What said "look here"."""

    DEVICE = "device"
    AGENT = "agent"
    ANALYSIS = "analysis"
    INSTRUMENT = "instrument"
    """An approved meter (speed, noise). Constat has none: it never triggers, and no fine is offered without it."""


class Sight(StrEnum):
    """How a person saw the facts."""

    LIVE = "live"
    REPLAYED = "replayed"


@dataclass(frozen=True, slots=True)
class Mark:
    """An agent's key on the live view.

    Attributes:
        sight: Whether the picture marked was live or had been gone back to.
        spot: Where the agent pointed, relative to the picture; None where only a key was pressed.
    """

    agent: AgentId
    sight: Sight
    spot: Point | None = None


@dataclass(frozen=True, slots=True)
class Reason:
    """One step of a verdict, readable by an agent, so that "why not?" has an answer.

    Attributes:
        code: Stable name of the step, for example `second-passage`.
        holds: Whether the step speaks for the claim.
        text_fr: The step as a French sentence.
    """

    code: str
    holds: bool
    text_fr: str


class Outcome(StrEnum):
    """What a rule says of one vehicle."""

    CLAIMED = "claimed"
    ALLOWED = "allowed"
    NOT_DECIDABLE = "not-decidable"


@dataclass(frozen=True, slots=True)
class Verdict:
    """A rule's answer on one passage, with every step that led to it."""

    outcome: Outcome
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class RuleRef:
    """Which rule, at which version, judged."""

    id: str
    version: int


@dataclass(frozen=True, slots=True)
class TrackPoint:
    """Where the claimed vehicle was on one packet; boxes are relative to the picture."""

    video: PacketRef
    box: Box
    score: float


@dataclass(frozen=True, slots=True)
class Passage:
    """One vehicle through a gate, for the time line that the agent sees.

    Attributes:
        track: None where a loop and no camera counted it.
        kind: None where nothing saw what it was.
        covered_by: The permit or call that opened for it; None where nothing did.
    """

    track: TrackId | None
    at: datetime
    kind: RoadUser | None
    covered_by: str | None


@dataclass(frozen=True, slots=True)
class Claim:
    """A possible offence, fixed in time and place, with all that was known when it was made.

    Attributes:
        id: From what triggered it (camera, rule version, and track, device event or mark) and the instant, so that
            judging twice claims once.
        stream, track, event: None where no picture was analysed: casework finds the packets by camera and time.
        trigger: What said "look here"; `device` names the device, `mark` the agent.
        at: The instant of the facts.
        zone: None where the offence needs none.
        kind: None where nobody has yet said what vehicle it is.
        place: French name of the place, as agents say it.
        path: The vehicle's observations, in order; the clip covers them. Empty without analysis.
        devices: What the devices reported around the facts, in order.
        passages: Passages in the same opening, in order, this one included.
        site_version: Digest of the site description that was in force.
        by_law: Reference of the by-law that was in force, None where the offence needs none.
        detector: Fingerprint of what saw it; empty without analysis.
    """

    id: ClaimId
    camera: CameraId
    stream: StreamId | None
    offence: OffenceId
    rule: RuleRef
    trigger: Trigger
    at: datetime
    zone: ZoneId | None
    place: str
    track: TrackId | None
    kind: RoadUser | None
    event: PacketRef | None
    path: tuple[TrackPoint, ...]
    devices: tuple[DeviceEvent, ...]
    passages: tuple[Passage, ...]
    verdict: Verdict
    site_version: str
    by_law: str | None
    detector: str
    device: DeviceId | None = None
    mark: Mark | None = None


class EvidenceKind(StrEnum):
    """What an item of evidence shows."""

    CLIP = "clip"
    PLAYABLE_CLIP = "playable-clip"
    SCENE = "scene"
    VEHICLE = "vehicle"
    PLATE = "plate"
    TIMELINE = "timeline"


@dataclass(frozen=True, slots=True)
class EvidenceItem:
    """One sealed file.

    Attributes:
        key: Its name in the evidence store.
        sha256: Hex digest of its bytes.
        from_seq: First packet that it shows; `to_seq` the last. Equal for a still.
    """

    kind: EvidenceKind
    key: str
    sha256: str
    size_bytes: int
    content_type: str
    from_seq: int
    to_seq: int


@dataclass(frozen=True, slots=True)
class Sighting:
    """The claimed vehicle as a machine found it again in the clip, where such help is permitted.

    It helps the eye and is no part of the claim: nobody claimed what it shows.

    Attributes:
        path: Where it was, in order; at least one point.
        detector: Fingerprint of what saw it.
    """

    path: tuple[TrackPoint, ...]
    kind: RoadUser
    detector: str


@dataclass(frozen=True, slots=True)
class Evidence:
    """The dossier of one case: its manifest names and hashes every item.

    Attributes:
        manifest_key: The manifest's name in the evidence store.
        clip_starts_at: Instant of the clip's first picture; the player counts from it.
        complete: False where packets were already gone or never came; `remarks` says what is missing.
        clip_ends_at: Instant of the clip's last picture.
        sighting: None where the claim has a path of its own, or help was not permitted or found no vehicle.
    """

    manifest_key: str
    manifest_sha256: str
    items: tuple[EvidenceItem, ...]
    clip_starts_at: datetime | None
    complete: bool
    remarks: tuple[str, ...]
    clip_ends_at: datetime | None = None
    sighting: Sighting | None = None


class CaseState(StrEnum):
    """Where a case stands."""

    OPEN = "open"
    CLAIMED = "claimed"
    SECOND_LOOK = "second-look"
    FOUND = "found"
    REJECTED = "rejected"
    REFERRED = "referred"
    """Handed to the officer of the judicial police: a délit is never a fine."""


class RejectionReason(StrEnum):
    """Why an agent sets a case aside."""

    NO_OFFENCE = "no-offence"
    AUTHORISED = "authorised"
    EMERGENCY = "emergency"
    NECESSITY = "necessity"
    PLATE_UNREADABLE = "plate-unreadable"
    EVIDENCE_INSUFFICIENT = "evidence-insufficient"
    TECHNICAL = "technical"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Viewing:
    """What was shown to the agent before deciding.

    Attributes:
        viewed_s: Seconds of the clip that were played.
        plate_typed_blind: The plate as typed before the machine's reading was revealed; None if it was revealed first.
        machine_revealed: Whether the machine's reading was revealed.
        sight: Live only for the agent who marked the facts while watching them happen.
    """

    viewed_s: float
    plate_typed_blind: str | None
    machine_revealed: bool
    sight: Sight = Sight.REPLAYED


class Act(StrEnum):
    """What a person can do to a case."""

    TAKE = "take"
    RELEASE = "release"
    FIND = "find"
    REJECT = "reject"
    SECOND_LOOK = "second-look"
    CORRECT_PLATE = "correct-plate"
    REFER = "refer"
    """Hand the dossier of a délit to the officer of the judicial police (OPJ)."""


@dataclass(frozen=True, slots=True)
class Decision:
    """One act of a named person on a case; never edited, only followed by another.

    Attributes:
        request_id: Chosen by the page: the same request sent twice is one act.
        plate: The plate that the agent stands for, for `find` and `correct-plate`.
        elements: Ids of the offence's elements that the agent ticked, for `find`.
        remark: The agent's own words; required where the reason is `other`.
    """

    request_id: str
    case: CaseId
    act: Act
    agent: AgentId
    at: datetime
    plate: str | None = None
    reason: RejectionReason | None = None
    elements: tuple[str, ...] = ()
    viewing: Viewing | None = None
    remark: str = ""


@dataclass(frozen=True, slots=True)
class Case:
    """A claim with its evidence and plate reading, put before a person.

    Attributes:
        plate: The machine's reading; never the plate of the finding, which a person types.
        holder: Who has taken it, while claimed.
        decisions: Every act so far, in order.
        version: Counts the acts; a change must name the version it saw.
    """

    id: CaseId
    claim: Claim
    evidence: Evidence
    plate: PlateReading
    opened_at: datetime
    state: CaseState
    holder: AgentId | None
    decisions: tuple[Decision, ...]
    version: int

    @property
    def path(self) -> tuple[TrackPoint, ...]:
        """Where the vehicle was: as the claim has it, else as help found it; empty where neither does."""
        sighting = self.evidence.sighting
        return self.claim.path or (sighting.path if sighting is not None else ())

    @property
    def kind(self) -> RoadUser | None:
        """What vehicle it is: as the claim says, else as help found it; None where nobody has said."""
        sighting = self.evidence.sighting
        return self.claim.kind or (sighting.kind if sighting is not None else None)

    @property
    def agent_plate(self) -> str | None:
        """The plate that an agent last typed or confirmed; None while nobody has."""
        for decision in reversed(self.decisions):
            if decision.plate is not None:
                return decision.plate
        return None


class Capacity(StrEnum):
    """In which legal capacity a person acts."""

    MUNICIPAL_POLICE = "pm"
    ASVP = "asvp"
    CSU_OPERATOR = "csu"
    ANALYST = "analyst"
    ADMINISTRATOR = "admin"
    TRAFFIC_OPERATOR = "pcrt"
    """Runs the roads from the traffic centre; finds no offence."""
    NATIONAL_POLICE = "pn"
    """Of the national police (DIPN): answers alerts, finds nothing here."""


class Desk(StrEnum):
    """The rooms of the console."""

    REVIEW = "review"
    PATROL = "patrol"
    ANALYSIS = "analysis"
    LIVE = "live"
    """The camera wall, where an agent marks what happens."""
    SITE = "site"
    """What is allowed where and why, permits used, the convention and its reports."""


@dataclass(frozen=True, slots=True)
class Agent(Dated):
    """A person who may sign in.

    Attributes:
        number: Service number, shown instead of the name wherever that is enough.
        sworn: May find offences; operators who only watch may not.
        desks: Rooms this person may enter.
        valid_from, valid_until: Dates of the mayor's act; outside them nobody signs in.
        party: Whom this person works for; others than the city see what the convention lets them.
        act: Reference of the act that names the person, as findings quote it.
    """

    id: AgentId
    login: str
    name: str
    number: str
    capacity: Capacity
    sworn: bool
    desks: frozenset[Desk]
    valid_from: datetime
    valid_until: datetime
    party: PartyId = CITY
    act: str = ""


class Service(StrEnum):
    """Who is told of something in the field."""

    MUNICIPAL_POLICE = "pm"
    NATIONAL_POLICE = "dipn"
    """The State's police: délits, and danger to people."""


class AlertKind(StrEnum):
    """What a patrol should know."""

    VEHICLE_IN_PEDESTRIAN_AREA = "vehicle-in-pedestrian-area"
    BOLLARD_FORCED = "bollard-forced"
    BOLLARD_STRUCK = "bollard-struck"
    BOLLARD_FAULT = "bollard-fault"
    OFFENCE = "offence"
    """A possible offence that a patrol could still meet; the text says which."""
    DANGER = "danger"
    """People are in danger now."""
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Alert:
    """Something for a patrol: a place, a thing, one line. It carries no plate.

    Attributes:
        to: The service that gets it.
        case: The case it was raised from, None when from elsewhere.
        taken_by: The patrol agent who answered.
        version: Counts changes, so that pages can tell old from new.
    """

    id: AlertId
    kind: AlertKind
    camera: CameraId
    place: str
    text: str
    raised_by: AgentId
    raised_at: datetime
    case: CaseId | None = None
    taken_by: AgentId | None = None
    taken_at: datetime | None = None
    closed_at: datetime | None = None
    version: int = 0
    to: Service = Service.MUNICIPAL_POLICE


class Access(StrEnum):
    """What an entry of the access ledger says was done."""

    SIGN_IN = "sign-in"
    SIGN_IN_REFUSED = "sign-in-refused"
    SIGN_OUT = "sign-out"
    VIEW_QUEUE = "view-queue"
    VIEW_CASE = "view-case"
    VIEW_CLIP = "view-clip"
    VIEW_STILL = "view-still"
    VIEW_PLATE = "view-plate"
    DECIDE = "decide"
    RAISE_ALERT = "raise-alert"
    VIEW_ALERTS = "view-alerts"
    TAKE_ALERT = "take-alert"
    SEARCH = "search"
    EXPORT = "export"
    VIEW_LIVE = "view-live"
    MARK = "mark"
    VIEW_SITE = "view-site"
    VIEW_AUDIT = "view-audit"
    VIEW_DOSSIER = "view-dossier"
    VIEW_REPORT = "view-report"
    NOTE_EXCHANGE = "note-exchange"
    GATE_CHANGED = "gate-changed"
    SITE_IMPORTED = "site-imported"
    NATINF_IMPORTED = "natinf-imported"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class AccessEntry:
    """Who looked at or did what, when and why. Entries are only ever added.

    Attributes:
        purpose: Why, in the words of the page, for example `relecture`.
        subject: The case, item, alert or query; never a plate.
    """

    at: datetime
    agent: AgentId | None
    access: Access
    subject: str
    purpose: str
    address: str


SAME_PASSAGE = timedelta(seconds=30)
"""What is said of one vehicle at one place within it is said of one passage: an agent's key comes after the loop's
report, and a second camera after the first. Whoever drives on in the zone goes on with one offence."""


@dataclass(frozen=True, slots=True)
class Suppression:
    """A passage that would have been a claim, had no right covered it: counted and audited, without image or plate.

    Attributes:
        id: From the badge or call that covered it, or from what would have been the claim: judging twice counts once.
        permit: The site's permit behind it; None where the devices named one that the site does not list.
        reference: The badge or call as the devices named it; empty where a plate matched.
        holder: Who benefited, as the permit names it.
        reason: Why the permit was given, or what the operator opened for.
    """

    id: str
    camera: CameraId
    offence: OffenceId
    zone: ZoneId
    place: str
    at: datetime
    permit: PermitId | None
    reference: str
    holder: str
    reason: str
