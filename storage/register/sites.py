"""Versions of the site in SQL: added to, never changed. The database's own triggers hold to that too."""

from __future__ import annotations

from dataclasses import asdict

from sqlalchemy import Connection, insert, select

from storage.register.database import Database
from storage.register.schema import SITE_VERSIONS
from verbalise.site.register import Proposal, SiteVersion, next_version


class SqlSites:
    """The register of site versions. Writers take turns, in all processes, so that numbers and instants follow."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def record(self, proposal: Proposal) -> SiteVersion | None:
        """Add a version; see the port."""
        with self._database.write() as connection:
            self._database.lock(connection, SITE_VERSIONS)
            version = next_version(_latest(connection), proposal)
            if version is not None:
                connection.execute(insert(SITE_VERSIONS).values(**asdict(version)))
            return version

    def versions(self, after: int = 0) -> list[SiteVersion]:
        """Versions with a number above `after`, in order."""
        wanted = select(SITE_VERSIONS).where(SITE_VERSIONS.c.number > after).order_by(SITE_VERSIONS.c.number)
        with self._database.read() as connection:
            return [SiteVersion(**row) for row in connection.execute(wanted).mappings()]


def _latest(connection: Connection) -> SiteVersion | None:
    newest = select(SITE_VERSIONS).order_by(SITE_VERSIONS.c.number.desc()).limit(1)
    row = connection.execute(newest).mappings().one_or_none()
    return None if row is None else SiteVersion(**row)
