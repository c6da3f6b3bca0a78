"""What the templates show: plain values, already worded, already in local time. No view holds a machine reading."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from detect.model import PlateReading, PlateStatus
from verbalise.competence import shows_scene
from verbalise.console.wording import Words
from verbalise.law.catalogue import Liability, Offence, offences
from verbalise.model import Agent, AgentId, Alert, Case, CaseState, Decision, OffenceId
from verbalise.ports import AgentRegister, CaseSummary
from verbalise.site.model import Site

LATE_AFTER = timedelta(minutes=30)
"""Age at which the queue draws the eye to a case that nobody has taken."""


@dataclass(frozen=True, slots=True)
class QueueLine:
    """A case in the list on the left."""

    id: str
    title: str
    place: str
    trigger: str
    age: str
    is_late: bool
    state: str
    state_text: str
    holder: str


@dataclass(frozen=True, slots=True)
class Step:
    """A step of the verdict."""

    holds: bool
    text_fr: str


@dataclass(frozen=True, slots=True)
class ActLine:
    """A past act on the case."""

    at: str
    text: str
    agent: str
    remark: str


@dataclass(frozen=True, slots=True)
class LawCard:
    """The alleged offence and its legal anchors."""

    offence: OffenceId
    title: str
    anchors: str
    by_law: str
    short_fr: str
    fine: str


@dataclass(frozen=True, slots=True)
class RevealedPlate:
    """The machine's reading, once the agent has asked for it.

    Attributes:
        agrees: Whether it says what the agent typed; None while either is missing.
    """

    text: str | None
    said: str
    agrees: bool | None


@dataclass(frozen=True, slots=True)
class AlertCard:
    """An alert on the patrol page."""

    id: str
    kind: str
    title: str
    place: str
    text: str
    raised_at_iso: str
    age: str
    taken: str
    is_mine: bool
    is_open: bool
    has_still: bool


class Numbers:
    """Service numbers of agents, each looked up once per page."""

    def __init__(self, agents: AgentRegister) -> None:
        self._agents = agents
        self._known: dict[AgentId, str] = {}

    def __call__(self, agent_id: AgentId) -> str:
        """The service number, or the id of a person who is no longer registered."""
        if agent_id not in self._known:
            agent = self._agents.agent(agent_id)
            self._known[agent_id] = agent.number if agent else agent_id
        return self._known[agent_id]


def offence_title(offence: OffenceId, words: Words) -> str:
    """An offence's name, or its id if the catalogue no longer has it."""
    known: Mapping[OffenceId, Offence] = offences()
    return words.title(known[offence]) if offence in known else offence


def queue_lines(cases: Sequence[CaseSummary], words: Words, numbers: Numbers, now: datetime) -> list[QueueLine]:
    """The queue as it is listed."""
    return [
        QueueLine(
            id=case.id,
            title=offence_title(case.offence, words),
            place=case.place,
            trigger=words(f"trigger.{case.trigger}"),
            age=words.age(case.at, now),
            is_late=case.state is not CaseState.CLAIMED and now - case.opened_at > LATE_AFTER,
            state=case.state,
            state_text=words(f"state.{case.state}"),
            holder=numbers(case.holder) if case.holder else "",
        )
        for case in cases
    ]


def law_card(case: Case, offence: Offence, site: Site, words: Words) -> LawCard:
    """The alleged offence as one card."""
    return LawCard(
        offence=offence.id,
        title=words.title(offence),
        anchors=" · ".join(filter(None, (offence.article, offence.item, _liability(offence)))),
        by_law=_by_law(case, site, words),
        short_fr=offence.short_fr,
        fine=fine_text(offence, words),
    )


def fine_text(offence: Offence, words: Words) -> str:
    """What the fixed fine costs, or that there is none."""
    fine = offence.fine_eur
    if fine is None:
        return words(f"law.handling.{offence.handling}")
    reduced = "–" if fine.reduced is None else f"{fine.reduced} €"
    return words("law.fine", grade=offence.grade, fixed=fine.fixed, reduced=reduced, increased=fine.increased)


def _liability(offence: Offence) -> str:
    return "" if offence.liability is Liability.NONE else offence.liability


def _by_law(case: Case, site: Site, words: Words) -> str:
    claim = case.claim
    if claim.by_law is None or claim.zone is None:
        return ""
    law = site.by_law_on(claim.zone, claim.at)
    in_force = law is not None and law.reference == claim.by_law
    return words("law.in-force" if in_force else "law.by-law", reference=claim.by_law)


def act_lines(decisions: Sequence[Decision], words: Words, numbers: Numbers) -> list[ActLine]:
    """Past acts, oldest first."""
    return [
        ActLine(
            at=words.instant(act.at),
            text=words(f"done.{act.act}") + (f" · {words(f'reason.{act.reason}')}" if act.reason else ""),
            agent=numbers(act.agent),
            remark=act.remark,
        )
        for act in decisions
    ]


def revealed(reading: PlateReading, typed: str | None, words: Words) -> RevealedPlate:
    """The machine's reading next to what the agent typed."""
    if reading.status is not PlateStatus.READ or reading.text is None:
        return RevealedPlate(None, f"{words(f'plate.{reading.status}')} {reading.reason}".strip(), None)
    agreeing = sum(_bare(read.text) == _bare(reading.text) for read in reading.reads)
    said = words("plate.agreement", n=len(reading.reads), agreeing=agreeing)
    return RevealedPlate(reading.text, said, _bare(typed) == _bare(reading.text) if typed else None)


def _bare(plate: str) -> str:
    return "".join(letter for letter in plate.upper() if letter.isalnum())


def alert_cards(
    alerts: Sequence[Alert], agent: Agent, words: Words, numbers: Numbers, now: datetime
) -> list[AlertCard]:
    """Alerts that are not over, those that nobody took first, then the newest."""
    current = sorted((a for a in alerts if a.closed_at is None), key=lambda a: a.raised_at, reverse=True)
    current.sort(key=lambda a: a.taken_by is not None)
    return [
        AlertCard(
            id=alert.id,
            kind=alert.kind,
            title=words(f"alert-kind.{alert.kind}"),
            place=alert.place,
            text=alert.text,
            raised_at_iso=alert.raised_at.isoformat(),
            age=words.age(alert.raised_at, now),
            taken=_taken(alert, agent, words, numbers),
            is_mine=alert.taken_by == agent.id,
            is_open=alert.taken_by is None,
            has_still=shows_scene(alert),
        )
        for alert in current
    ]


def _taken(alert: Alert, agent: Agent, words: Words, numbers: Numbers) -> str:
    if alert.taken_by is None:
        return ""
    if alert.taken_by == agent.id:
        return words("patrol.taken-by-you")
    return words("patrol.taken-by", number=numbers(alert.taken_by))
