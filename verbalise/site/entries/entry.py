"""What all entries of the site file are made of: ids, texts, instants, days, hours and points."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from typing import Annotated, Any, Literal, Self, get_args

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

Day = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
DAYS: tuple[Day, ...] = get_args(Day)
"""In the order of `date.weekday`."""

_CLOCK = re.compile(r"(?:[01]\d|2[0-3]):[0-5]\d|24:00")


def _instant(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    try:
        return datetime.fromisoformat(value)
    except ValueError as error:
        raise ValueError(f"write an instant as 2026-01-31T08:00:00+01:00 ({error})") from error


def _in_utc(value: datetime) -> datetime:
    if value.tzinfo is None:
        raise ValueError("the instant has no time zone; add it, for example +01:00")
    return value.astimezone(UTC)


def _date(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    try:
        return date.fromisoformat(value)
    except ValueError as error:
        raise ValueError(f"write a day that exists as 2026-12-24 ({error})") from error


def _clock_time(value: str) -> str:
    if not _CLOCK.fullmatch(value):
        raise ValueError('write a time of day as "08:30", in quotes, from "00:00" to "24:00"')
    return value


Name = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")]
"""An id: it becomes part of keys, file names and addresses."""
Text = Annotated[str, Field(min_length=1, max_length=300)]
Ratio = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
Spot = Annotated[list[Ratio], Field(min_length=2, max_length=2, description="x, y relative to the picture")]
Instant = Annotated[datetime, BeforeValidator(_instant), AfterValidator(_in_utc)]
Date = Annotated[date, BeforeValidator(_date), Field(json_schema_extra={"pattern": r"^\d{4}-\d{2}-\d{2}$"})]
ClockTime = Annotated[str, AfterValidator(_clock_time)]


class Entry(BaseModel):
    """A part of the file: unknown keys are refused and nothing is converted in silence."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class Period(Entry):
    """Something that is in force from an instant until another, exclusive."""

    valid_from: Instant = Field(alias="from")
    valid_until: Instant = Field(alias="until")

    @model_validator(mode="after")
    def _forward(self) -> Self:
        refuse_backward(self.valid_from, self.valid_until)
        return self


class OpenPeriod(Entry):
    """Something that is in force from an instant, and until another where it has an end."""

    valid_from: Instant = Field(alias="from")
    valid_until: Instant | None = Field(default=None, alias="until")

    @model_validator(mode="after")
    def _forward(self) -> Self:
        if self.valid_until is not None:
            refuse_backward(self.valid_from, self.valid_until)
        return self


def refuse_backward(start: datetime, end: datetime) -> None:
    """Raises ValueError where a period ends before it begins, or has no length."""
    if end <= start:
        raise ValueError(f"`until` ({end.isoformat()}) is not after `from` ({start.isoformat()})")


class HoursEntry(Entry):
    """Hours of the week, local time, on the days on which they start; `until` before `from` passes midnight."""

    days: Annotated[list[Day], Field(min_length=1)]
    start: ClockTime = Field(alias="from")
    end: ClockTime = Field(alias="until")

    @model_validator(mode="after")
    def _lasts(self) -> Self:
        if self.start == self.end or self.start == "24:00":
            raise ValueError(f'from {self.start} until {self.end} has no length; a whole day is "00:00" until "24:00"')
        return self
