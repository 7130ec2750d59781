"""What comes into auth and goes out."""

import re
from datetime import UTC, datetime
from typing import Any, Final

from marshmallow import ValidationError, fields, validate

from services.auth.domain.passwords import LONGEST
from services.auth.models import SCOPES
from shared.http.schemas import (
    Currency,
    Flag,
    Id,
    Ordering,
    PageQuery,
    ResourceSchema,
    StrictSchema,
    Text,
    Time,
)
from shared.settings import SERVICES

_NAME: Final = re.compile(r"[a-z][a-z0-9-]*\Z")


def _whole_characters(text: str) -> None:
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise ValidationError("Not a valid text in UTF-8.") from error


class Password(fields.String):
    """A password: taken in, never given out."""

    def __init__(self, **kwargs: Any) -> None:
        metadata = {"format": "password", **kwargs.pop("metadata", {})}
        rules = (validate.Length(min=1, max=LONGEST), _whole_characters)
        super().__init__(required=True, load_only=True, validate=rules, metadata=metadata, **kwargs)


class CredentialsSchema(StrictSchema):
    """A login."""

    username = Text(
        required=True, longest=150, metadata={"description": "Login name.", "example": "demo"}
    )
    password = Password(metadata={"description": "Password.", "example": "demo"})


class KeySchema(StrictSchema):
    """The answer to a login."""

    token = fields.String(
        metadata={
            "description": "Send it as `Authorization: Token <token>`.",
            "example": "6Jd8t4nQ0mYwVxq3cE5rKs1uPz7aBfHg",
        }
    )


def _in_future(moment: datetime) -> None:
    if moment <= datetime.now(UTC):
        raise ValidationError("The time is over already.")


def _expires_at() -> Time:
    return Time(
        load_default=None,
        allow_none=True,
        validate=_in_future,
        metadata={"description": "When it stops working; null: never.", "example": None},
    )


def _shown_once() -> fields.String:
    return fields.String(
        dump_only=True,
        metadata={
            "description": "The key; it is not stored.",
            "example": "6Jd8t4nQ0mYwVxq3cE5rKs1uPz7aBfHg",
        },
    )


class TokenSchema(ResourceSchema):
    """A personal token."""

    id = Id(dump_only=True, metadata={"description": "Id of the token."})
    name = Text(
        required=True, longest=100, metadata={"description": "What it is for.", "example": "phone"}
    )
    scopes = fields.List(
        fields.String(validate=validate.OneOf(SCOPES)),
        required=True,
        validate=validate.Length(min=1, max=len(SCOPES)),
        metadata={"description": "What it may do.", "example": ["read"]},
    )
    expires_at = _expires_at()
    created = Time(dump_only=True, metadata={"description": "When it was made."})
    last_used = Time(
        dump_only=True,
        allow_none=True,
        metadata={"description": "Its last use, to the minute; null: never."},
    )


class NewTokenSchema(TokenSchema):
    """A token just made, with the key that is shown this once."""

    key = _shown_once()


def _none_of_the_services(name: str) -> None:
    if name in SERVICES:
        raise ValidationError("This is the name of a service.")


class ServiceTokenSchema(StrictSchema):
    """A token of a program that reads internal APIs."""

    id = Id(dump_only=True, metadata={"description": "Id of the service token."})
    name = Text(
        required=True,
        longest=63,
        validate=(
            validate.Regexp(_NAME, error="Must be small letters, digits and hyphens."),
            _none_of_the_services,
        ),
        metadata={
            "description": "Name of the program, as the logs of services show it.",
            "example": "reports",
        },
    )
    callees = fields.List(
        fields.String(validate=validate.OneOf(SERVICES)),
        required=True,
        validate=validate.Length(min=1, max=len(SERVICES)),
        metadata={"description": "Services that it may read.", "example": ["portfolio"]},
    )
    expires_at = _expires_at()
    created = Time(dump_only=True, metadata={"description": "When it was made."})
    last_used = Time(
        dump_only=True,
        allow_none=True,
        metadata={"description": "Its last exchange, to the minute; null: never."},
    )


class NewServiceTokenSchema(ServiceTokenSchema):
    """A service token just made, with the key that is shown this once."""

    key = _shown_once()


class PassSchema(StrictSchema):
    """What a key is exchanged for."""

    token = fields.String(
        metadata={
            "description": "A JWT: send it as `Authorization: Bearer <token>` to the callee.",
            "example": "header.claims.signature",
        }
    )
    expires_at = Time(metadata={"description": "When it is over: then exchange the key again."})


def _email_or_blank(text: str) -> None:
    if text:
        validate.Email()(text)


class UserSchema(ResourceSchema):
    """A user, as that user sees it."""

    patched = "email"

    id = Id(dump_only=True, metadata={"description": "Id of the user."})
    username = Text(dump_only=True, metadata={"description": "Login name.", "example": "demo"})
    email = Text(
        longest=254,
        blank=True,
        load_default="",
        validate=_email_or_blank,
        metadata={"description": "E-mail address, or empty.", "example": "demo@example.com"},
    )
    first_name = Text(
        longest=150,
        blank=True,
        load_default="",
        metadata={"description": "First name.", "example": "Anna"},
    )
    last_name = Text(
        longest=150,
        blank=True,
        load_default="",
        metadata={"description": "Last name.", "example": "Miller"},
    )
    base_currency = Currency(
        load_default="USD",
        metadata={"description": "Default currency of new portfolios.", "example": "USD"},
    )
    is_staff = Flag(dump_only=True, metadata={"description": "Whether an administrator."})
    date_joined = Time(dump_only=True, metadata={"description": "When the user was made."})
    last_login = Time(
        dump_only=True, allow_none=True, metadata={"description": "The last login; null: never."}
    )


class ManagedUserSchema(UserSchema):
    """A user, as administrators see and change it."""

    is_staff = Flag(load_default=False, metadata={"description": "Whether an administrator."})
    is_active = Flag(load_default=True, metadata={"description": "Whether the user may log in."})


class NewUserSchema(ManagedUserSchema):
    """A user to be made."""

    username = Text(
        required=True, longest=150, metadata={"description": "Login name.", "example": "anna"}
    )
    password = Password(metadata={"description": "At least ten characters."})


class PasswordSchema(StrictSchema):
    """A change of the password."""

    current_password = Password(metadata={"description": "The password until now."})
    new_password = Password(metadata={"description": "At least ten characters."})


class UserQuery(PageQuery):
    """Filters of the list of users."""

    ordering = Ordering("id", "username", "date_joined", load_default=("id", False))
