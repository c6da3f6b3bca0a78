"""Who is asking, from where, at which desk: what every route starts from."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Annotated

from fastapi import Depends, Request

from ingest.errors import ConstatError
from verbalise.alerts import Alerting
from verbalise.console import metrics
from verbalise.console.alert_hub import AlertHub
from verbalise.console.announcing import Announcer
from verbalise.console.attempts import Attempts
from verbalise.console.live.tail import Tails
from verbalise.console.live.viewings import LiveViewings
from verbalise.console.ports import ConsolePorts
from verbalise.console.security import Cookies, signed_in_at, token_digest
from verbalise.console.settings import ConsoleSettings
from verbalise.console.viewings import OpenedClips
from verbalise.console.wording import Language, Words
from verbalise.law.code_book import CodeBook
from verbalise.model import Access, AccessEntry, Agent, Desk


class SignInNeeded(ConstatError):
    """Nobody is signed in, or the sign-in has ended."""


class DeskRefused(ConstatError):
    """The agent is signed in but this room is not theirs."""


@dataclass(frozen=True, slots=True)
class Console:
    """One console process: its ports and the little it remembers between requests."""

    ports: ConsolePorts
    settings: ConsoleSettings
    hub: AlertHub
    announce: Announcer
    alerting: Alerting
    cookies: Cookies
    attempts: Attempts
    tails: Tails
    live: LiveViewings
    code_book: CodeBook
    opened_clips: OpenedClips = field(default_factory=OpenedClips)

    @classmethod
    def of(cls, ports: ConsolePorts, settings: ConsoleSettings) -> Console:
        """A console on these ports."""
        announce = Announcer(ports.producer)
        pause = timedelta(seconds=settings.sign_in_pause_s)
        return cls(
            ports=ports,
            settings=settings,
            hub=AlertHub(),
            announce=announce,
            alerting=Alerting(ports.alerts, lambda: ports.site, announce),
            cookies=Cookies(settings),
            attempts=Attempts(settings.sign_in_failures, pause),
            tails=Tails(ports.open_log, ports.clock),
            live=LiveViewings(settings.live_places),
            code_book=CodeBook(ports.natinf),
        )


def console_of(request: Request) -> Console:
    """The console that the application was made with."""
    console: Console = request.app.state.console
    return console


Here = Annotated[Console, Depends(console_of)]


def address_of(request: Request) -> str:
    """The agent's network address, for the ledger."""
    return request.client.host if request.client else "unknown"


def words_of(request: Request) -> Words:
    """The language that the browser keeps in its cookie, French by default."""
    console = console_of(request)
    wanted = request.cookies.get(console.cookies.language)
    language = Language.ENGLISH if wanted == Language.ENGLISH else Language.FRENCH
    return Words(language, console.ports.site.timezone)


@dataclass(frozen=True, slots=True)
class Seat:
    """A signed-in agent on one request.

    Attributes:
        token: The browser's own secret; never logged, never stored.
        since: When this sign-in began.
        now: The instant of the request: one request, one instant.
    """

    agent: Agent
    token: str
    address: str
    since: datetime
    now: datetime
    words: Words
    console: Console

    @property
    def alerts_since(self) -> datetime:
        """The instant before which alerts are no patrol's business any more."""
        return self.now - timedelta(hours=self.console.settings.alert_hours)

    def is_signed_in(self) -> bool:
        """Whether this sign-in still holds now: for answers that outlive the request's instant."""
        ports = self.console.ports
        now = ports.clock()
        agent = ports.agents.session_agent(token_digest(self.token), now)
        return agent is not None and agent.in_force(now)

    def log(self, access: Access, subject: str, purpose: str) -> None:
        """Write an access to the ledger; call before anything is shown or done.

        Raises:
            RetryLater: the ledger is away, so the view must not happen.
        """
        if access is Access.REFUSED:
            metrics.refusals.labels("lock").inc()
        self.console.ports.ledger.write(AccessEntry(self.now, self.agent.id, access, subject, purpose, self.address))


def take_seat(request: Request) -> Seat:
    """The signed-in agent.

    Raises:
        SignInNeeded: no valid sign-in, or the agent's act is not in force any more.
    """
    console = console_of(request)
    token = request.cookies.get(console.cookies.session)
    now = console.ports.clock()
    agent = console.ports.agents.session_agent(token_digest(token), now) if token else None
    if token is None or agent is None:
        raise SignInNeeded("sign in first")
    seat = Seat(agent, token, address_of(request), signed_in_at(token), now, words_of(request), console)
    if not agent.in_force(now):
        seat.log(Access.REFUSED, agent.id, "habilitation hors validité")
        console.ports.agents.close_session(token_digest(token))
        raise SignInNeeded("the agent's act is not in force")
    return seat


AnySeat = Annotated[Seat, Depends(take_seat)]


def seat_at(desk: Desk) -> Callable[[Seat], Seat]:
    """A dependency that lets only agents of that desk in, and logs who was not."""

    def at_desk(seat: AnySeat) -> Seat:
        if desk not in seat.agent.desks:
            seat.log(Access.REFUSED, f"desk/{desk}", "poste non attribué")
            raise DeskRefused(desk)
        return seat

    return at_desk


ReviewSeat = Annotated[Seat, Depends(seat_at(Desk.REVIEW))]
PatrolSeat = Annotated[Seat, Depends(seat_at(Desk.PATROL))]
AnalysisSeat = Annotated[Seat, Depends(seat_at(Desk.ANALYSIS))]
LiveSeat = Annotated[Seat, Depends(seat_at(Desk.LIVE))]
SiteSeat = Annotated[Seat, Depends(seat_at(Desk.SITE))]
