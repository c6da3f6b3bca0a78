"""What pages send: proven to come from the console, then checked field by field."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, TypeVar

from fastapi import Depends, Request
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator
from starlette.datastructures import FormData

from ingest.errors import ConstatError
from verbalise.alerts import AlertWish
from verbalise.console.desk import console_of
from verbalise.console.security import csrf_token, equal, is_own_origin
from verbalise.exchanges import ExchangeKind
from verbalise.model import AlertKind, RejectionReason, Service

MAX_FORM_BYTES = 64 * 1024
M = TypeVar("M", bound=BaseModel)


class Refused(ConstatError):
    """What was posted is not done.

    Attributes:
        key: Key of the sentence that says why.
        status: HTTP status of the answer.
    """

    def __init__(self, key: str, status: int) -> None:
        super().__init__(key)
        self.key = key
        self.status = status


class FormRefused(Refused):
    """The form does not come from the console's own page, or does not hold what it must."""


@dataclass(frozen=True, slots=True)
class PostedForm:
    """A form that carries the right token. The only way for a route to read what was posted."""

    data: FormData

    def read(self, model: type[M]) -> M:
        """The form as a checked record. Raises FormRefused, naming nothing that was typed."""
        many = {name for name, field in model.model_fields.items() if field.annotation == tuple[str, ...]}
        values = {
            name: self.data.getlist(name) if name in many else self.data[name]
            for name in model.model_fields
            if name in self.data
        }
        try:
            return model.model_validate(values)
        except ValidationError as error:
            raise FormRefused("error.form", 422) from error


async def posted(request: Request) -> PostedForm:
    """The posted form.

    Raises:
        FormRefused: another origin, a wrong or missing token, or too large.
    """
    console = console_of(request)
    if not is_own_origin(request, console.settings):
        raise FormRefused("error.origin", 403)
    length = request.headers.get("content-length", "")
    if not length.isdigit() or int(length) > MAX_FORM_BYTES:
        raise FormRefused("error.form", 413)
    data = await request.form(max_files=0)
    cookies = request.cookies
    secret = cookies.get(console.cookies.session) or cookies.get(console.cookies.visit)
    sent = data.get("csrf")
    if not secret or not isinstance(sent, str) or not equal(sent, csrf_token(secret)):
        raise FormRefused("error.csrf", 403)
    return PostedForm(data)


Posted = Annotated[PostedForm, Depends(posted)]


class _Form(BaseModel):
    model_config = ConfigDict(frozen=True, str_strip_whitespace=True)


class SignInForm(_Form):
    """Login and password; `next` is where the agent wanted to go."""

    model_config = ConfigDict(frozen=True, str_strip_whitespace=False)

    login: str = Field(min_length=1, max_length=200)
    password: str = Field(min_length=1, max_length=2_000)
    next: str = Field(default="", max_length=500)


class ActForm(_Form):
    """An act on a case.

    Attributes:
        page: Random id of the page: the same page sent twice is one act.
        version: Version of the case that the page showed.
        viewed_s: Seconds of the clip that the page counted.
        typed_blind, blind_seal: The plate as typed before the reveal, with the console's tag on it.
    """

    page: str = Field(pattern=r"^[0-9a-f]{32}$")
    version: int = Field(ge=0)
    viewed_s: float = Field(default=0.0, ge=0.0, le=86_400.0, allow_inf_nan=False)
    plate: str = Field(default="", max_length=20)
    typed_blind: str = Field(default="", max_length=20)
    blind_seal: str = Field(default="", max_length=64)
    elements: tuple[str, ...] = Field(default=(), max_length=20)
    reason: RejectionReason | None = None
    remark: str = Field(default="", max_length=500)


class AlertForm(_Form):
    """An alert about the case or the live view on the page; `to` is empty for the service that the kind belongs to."""

    page: str = Field(pattern=r"^[0-9a-f]{32}$")
    kind: AlertKind
    to: Service | None = None
    text: str = Field(default="", max_length=140)

    def wish(self) -> AlertWish:
        """What the form asks for."""
        return AlertWish(self.kind, self.text, self.to, self.page)


class MarkForm(_Form):
    """A mark on the live view.

    Attributes:
        page: Id of the page, which is the viewing's: the same page sent twice is one mark per picture and offence.
        frame: Number of the picture that the agent saw; empty where the page has no script, for the last one sent.
        x, y: Where the agent pointed, relative to the picture; empty where a key alone was pressed.
    """

    page: str = Field(pattern=r"^[0-9a-f]{32}$")
    offence: str = Field(max_length=100)
    frame: int | None = Field(default=None, ge=0)
    x: float | None = Field(default=None, ge=0.0, le=1.0, allow_inf_nan=False)
    y: float | None = Field(default=None, ge=0.0, le=1.0, allow_inf_nan=False)

    @field_validator("frame", "x", "y", mode="before")
    @classmethod
    def _empty_is_none(cls, value: object) -> object:
        return None if value == "" else value


class LanguageForm(_Form):
    """The language to keep, and the page to come back to."""

    language: str = Field(pattern="^(fr|en)$")
    back: str = Field(default="/", max_length=500)


class ExchangeForm(_Form):
    """An entry of the exchange log; `party` is for whom it is told, empty for the writer's own."""

    page: str = Field(pattern=r"^[0-9a-f]{32}$")
    kind: ExchangeKind
    party: str = Field(default="", max_length=64)
    camera: str = Field(default="", max_length=64)
    text: str = Field(default="", max_length=500)


class CallForm(_Form):
    """An on-call intervention and why; `next` is where the person wanted to go."""

    page: str = Field(pattern=r"^[0-9a-f]{32}$")
    text: str = Field(default="", max_length=500)
    next: str = Field(default="", max_length=500)


class AlertActForm(_Form):
    """Taking or ending an alert needs nothing but the token."""
