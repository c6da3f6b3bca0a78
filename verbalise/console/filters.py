"""What an analyst asks for: a form in the address bar, checked, then a filter for the view."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field, field_validator

from ingest.model import CameraId
from verbalise.model import CaseState, OffenceId, Trigger
from verbalise.ports import CaseFilter


class FilterForm(BaseModel):
    """Days are local and `until` is the last one; an empty field asks for all."""

    model_config = ConfigDict(frozen=True)

    since: date | None = None
    until: date | None = None
    camera: str = Field(default="", max_length=100)
    offence: str = Field(default="", max_length=100)
    state: CaseState | None = None
    trigger: Trigger | None = None

    @field_validator("since", "until", "state", "trigger", mode="before")
    @classmethod
    def _empty_is_any(cls, value: object) -> object:
        return None if value == "" else value

    def query(self) -> str:
        """The form as a query string, for the export of the same cases."""
        return urlencode(self.model_dump(mode="json", exclude_none=True, exclude_defaults=True))

    def described(self) -> str:
        """What was asked, for the ledger: no field can hold a plate on purpose."""
        return self.query() or "all"


class SpanForm(BaseModel):
    """Local days, `until` the last one; an empty field is filled by `span_of`."""

    model_config = ConfigDict(frozen=True)

    since: date | None = None
    until: date | None = None

    @field_validator("since", "until", mode="before")
    @classmethod
    def _empty_is_any(cls, value: object) -> object:
        return None if value == "" else value

    def filled(self, today: date) -> SpanForm:
        """Up to today, and from thirty days before the last day."""
        until = self.until or today
        return SpanForm(since=self.since or until - timedelta(days=30), until=until)

    def query(self) -> str:
        """The form as a query string, for the ledger and the export of the same span."""
        return urlencode(self.model_dump(mode="json", exclude_none=True))


def instants_of(span: SpanForm, zone: ZoneInfo, today: date) -> tuple[datetime, datetime]:
    """The first instant of a span, and the one that ends it, exclusive."""
    filled = span.filled(today)
    return _midnight(filled.since or today, zone), _midnight((filled.until or today) + timedelta(days=1), zone)


def wanted_cases(asked: FilterForm, zone: ZoneInfo) -> CaseFilter:
    """The form as a filter of instants."""
    return CaseFilter(
        since=_midnight(asked.since, zone) if asked.since else None,
        until=_midnight(asked.until + timedelta(days=1), zone) if asked.until else None,
        cameras=(CameraId(asked.camera),) if asked.camera else (),
        offences=(OffenceId(asked.offence),) if asked.offence else (),
        states=(asked.state,) if asked.state else (),
        triggers=(asked.trigger,) if asked.trigger else (),
    )


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time.min, zone)
