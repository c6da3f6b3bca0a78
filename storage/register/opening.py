"""Opens the register that the settings name."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from ingest.errors import Halt
from storage.model import Register, SecretOf
from storage.register.agents import SqlAgents
from storage.register.alerts import SqlAlerts
from storage.register.analysts import SqlAnalystView
from storage.register.cases import SqlCases
from storage.register.database import Database
from storage.register.exchanges import SqlExchanges
from storage.register.ledger import SqlLedger
from storage.register.natinf import SqlNatinf
from storage.register.sites import SqlSites
from storage.register.steward import SqlGates, SqlNotices, SqlSuppressions
from storage.register.upgrade import check_version, upgrade
from storage.register.uptime import SqlUptime
from storage.secrets import no_secrets, two_parts
from storage.settings import RegisterSettings


def open_register(settings: RegisterSettings, secret_of: SecretOf = no_secrets) -> Register:
    """The register, its tables at this version.

    Args:
        secret_of: Resolves `settings.credentials` to "user:password".

    Raises:
        Halt: URL or credentials are wrong, or the tables are of another version and may not be changed.
        RetryLater: the database is away, locked or full.
    """
    database = Database(database_url(settings, secret_of), settings.busy_timeout_s)
    try:
        if settings.upgrade:
            upgrade(database)
        else:
            check_version(database)
    except BaseException:
        database.close()
        raise
    return Register(
        cases=SqlCases(database, ZoneInfo(settings.time_zone)),
        alerts=SqlAlerts(database),
        agents=SqlAgents(database),
        ledger=SqlLedger(database),
        analysts=SqlAnalystView(database),
        exchanges=SqlExchanges(database),
        uptime=SqlUptime(database),
        natinf=SqlNatinf(database),
        sites=SqlSites(database),
        gates=SqlGates(database),
        notices=SqlNotices(database),
        suppressions=SqlSuppressions(database),
        close=database.close,
    )


def database_url(settings: RegisterSettings, secret_of: SecretOf = no_secrets) -> URL:
    """The database's URL, with user and password where a secret is named. Raises Halt."""
    try:
        url = make_url(settings.driver_url)
    except ArgumentError as error:
        raise Halt("register url: cannot be read; write sqlite:///PATH or postgresql://USER@HOST/DATABASE") from error
    if settings.credentials is None:
        return url
    user, password = two_parts(settings.credentials, secret_of)
    return url.set(username=user, password=password)
