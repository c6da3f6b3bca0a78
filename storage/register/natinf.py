"""The lists of the NATINF nomenclature, in SQL."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import asdict
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, func, insert, or_, select

from storage.register.database import Database
from storage.register.schema import NATINF_CODES, NATINF_LISTS
from verbalise.law.natinf import NatinfCode, NatinfList

CODE = [column for column in NATINF_CODES.c if column.name != "list_date"]


class SqlNatinf:
    """The lists imported so far."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def load(self, head: NatinfList, codes: Sequence[NatinfCode]) -> bool:
        """Add a list, in one transaction; see the port."""
        rows = [{"list_date": head.list_date} | asdict(code) for code in codes]
        with self._database.write() as connection:
            if self._database.insert_if_absent(connection, NATINF_LISTS, asdict(head)):
                connection.execute(insert(NATINF_CODES), rows)
                return True
            held = _head(connection, _of_month(head.list_date))
        if held is not None:
            held.refuse_other(head)
        return False

    def held(self, list_date: str) -> NatinfList | None:
        """The list of that month; None where there is none."""
        with self._database.read() as connection:
            return _head(connection, _of_month(list_date))

    def newest(self) -> NatinfList | None:
        """The list of the latest month; None while there is none."""
        with self._database.read() as connection:
            return _head(connection, select(NATINF_LISTS).order_by(NATINF_LISTS.c.list_date.desc()).limit(1))

    def matching(self, list_date: str, numbers: Collection[int], cited: Collection[str]) -> list[NatinfCode]:
        """Codes that have one of the numbers or cite one of the texts; see the port."""
        columns = (NATINF_CODES.c.defined_by, NATINF_CODES.c.punished_by)
        fits = or_(NATINF_CODES.c.code.in_(numbers), *(_holds(column, text) for column in columns for text in cited))
        wanted = select(*CODE).where(NATINF_CODES.c.list_date == list_date, fits).order_by(NATINF_CODES.c.code)
        with self._database.read() as connection:
            return [NatinfCode(**row) for row in connection.execute(wanted).mappings()]


def _of_month(list_date: str) -> Select[Any]:
    return select(NATINF_LISTS).where(NATINF_LISTS.c.list_date == list_date)


def _head(connection: Connection, wanted: Select[Any]) -> NatinfList | None:
    row = connection.execute(wanted).mappings().one_or_none()
    return NatinfList(**row) if row else None


def _holds(column: ColumnElement[str], text: str) -> ColumnElement[bool]:
    """Letter for letter: SQLite's LIKE would take small letters for capitals."""
    return func.replace(column, text, "") != column
