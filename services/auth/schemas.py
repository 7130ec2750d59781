"""What comes into auth and goes out."""

from marshmallow import fields, validate

from services.auth.models import SCOPES
from shared.http.schemas import (
    Currency,
    Id,
    Ordering,
    PageQuery,
    ResourceSchema,
    StrictSchema,
    Text,
    Time,
)


class CredentialsSchema(StrictSchema):
    """A login."""

    username = Text(required=True, longest=150, metadata={"example": "demo"})
    password = fields.String(
        required=True,
        load_only=True,
        validate=validate.Length(min=1, max=256),
        metadata={"format": "password", "example": "demo"},
    )


class KeySchema(StrictSchema):
    """The answer to a login."""

    token = fields.String(metadata={"description": "Send it as `Authorization: Token <token>`."})


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
    expires_at = Time(
        load_default=None,
        allow_none=True,
        metadata={"description": "When it stops working; null: never."},
    )
    created = Time(dump_only=True, metadata={"description": "When it was made."})
    last_used = Time(dump_only=True, metadata={"description": "Its last use, to the minute."})


class NewTokenSchema(TokenSchema):
    """A token just made, with the key that is shown this once."""

    key = fields.String(dump_only=True, metadata={"description": "The key; it is not stored."})


class UserSchema(ResourceSchema):
    """A user, as that user sees it."""

    id = Id(dump_only=True, metadata={"description": "Id of the user."})
    username = Text(dump_only=True, metadata={"description": "Login name.", "example": "demo"})
    email = fields.Email(
        load_default="", metadata={"description": "Address.", "example": "demo@example.com"}
    )
    first_name = Text(
        longest=150, blank=True, load_default="", metadata={"description": "First name."}
    )
    last_name = Text(
        longest=150, blank=True, load_default="", metadata={"description": "Last name."}
    )
    base_currency = Currency(
        load_default="USD",
        metadata={"description": "Default currency of new portfolios.", "example": "USD"},
    )
    is_staff = fields.Boolean(dump_only=True, metadata={"description": "Whether an administrator."})
    date_joined = Time(dump_only=True, metadata={"description": "When the user was made."})
    last_login = Time(dump_only=True, metadata={"description": "The last login."})


class PasswordSchema(StrictSchema):
    """A change of the password."""

    current_password = fields.String(
        required=True, load_only=True, validate=validate.Length(max=256)
    )
    new_password = fields.String(required=True, load_only=True, validate=validate.Length(max=256))


class UserQuery(PageQuery):
    """Filters of the list of users."""

    ordering = Ordering("id", "username", "date_joined", load_default=("id", False))
