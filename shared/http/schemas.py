"""The building blocks of every service's schemas: strict bodies, exact numbers, safe texts."""

import re
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, ClassVar, Final

from marshmallow import RAISE, Schema, ValidationError, fields, post_load, pre_load, validate
from marshmallow.exceptions import SCHEMA
from webargs.fields import DelimitedList

from shared.finance.money import (
    EXACT,
    MINOR_CURRENCIES,
    is_currency,
    is_quotation,
    plain,
    round_to,
    trimmed,
)

MAX_ID: Final = 2**63 - 1
_NO_CURRENCY: Final = "Not an ISO 4217 currency code."
_DECIMAL: Final = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)", re.ASCII)
_DAY: Final = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_DIGITS: Final = re.compile(r"-?\d{1,40}", re.ASCII)
# C0 controls but tab and line ends; PostgreSQL cannot store NUL, and UTF-8 no lone surrogate.
_UNSTORABLE: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff]")
_NAMED: Final = 20  # of unknown fields


class StrictSchema(Schema):
    """A schema that refuses what it doesn't know and keeps the order of its fields."""

    class Meta:
        """Mass assignment is refused, not ignored."""

        unknown = RAISE

    def load(self, data: Any, **kwargs: Any) -> Any:
        """Load `data`.

        Raises:
            ValidationError: of so many unknown names that a line for each would take seconds, too.
        """
        if isinstance(data, dict) and len(data) > len(self.fields) + _NAMED:
            known = {field.data_key or name for name, field in self.fields.items()}
            unknown = len(data.keys() - known)
            raise ValidationError({SCHEMA: [f"It has {unknown} unknown fields."]})
        return super().load(data, **kwargs)


class ResourceSchema(StrictSchema):
    """A resource as its GET answers and its PUT takes.

    Attributes:
        patched: the field that the example of a PATCH changes, so that who sends it as it stands
            changes nothing else.

    Args:
        ignore_read_only: for PUT and PATCH: fields that only a GET gives are dropped instead of
            refused, so that get, change, put works.
    """

    patched: ClassVar[str]

    def __init__(self, *, ignore_read_only: bool = False, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.ignores_read_only = ignore_read_only

    @pre_load
    def drop_read_only(self, data: Any, **_: Any) -> Any:
        """Return `data` without the fields that only a GET gives, if they are to be ignored."""
        if not self.ignores_read_only or not isinstance(data, Mapping):
            return data
        read_only = set(self.dump_fields) - set(self.load_fields)
        return {name: value for name, value in data.items() if name not in read_only}


class RecordSchema(StrictSchema):
    """A schema that loads a named tuple; of a PATCH, which may lack anything, its mapping.

    Attributes:
        record: the class of it, whose fields are those of the schema.
    """

    record: ClassVar[type[Any]]  # a NamedTuple is no type that others are of

    @post_load
    def recorded(self, data: dict[str, Any], *, partial: Any, **_: Any) -> Any:
        """Return what was loaded as a record."""
        return data if partial else self.record(**data)


def _as_list(value: Any) -> list[Any]:
    if value is None:
        return []
    return list(value) if isinstance(value, list | tuple) else [value]


class Text(fields.String):
    """A text that PostgreSQL can store, stripped of outer blanks.

    Args:
        longest: characters at most.
        blank: whether it may be empty.
    """

    def __init__(self, *, longest: int = 255, blank: bool = False, **kwargs: Any) -> None:
        rule = validate.Length(min=0 if blank else 1, max=longest)
        super().__init__(validate=[rule, *_as_list(kwargs.pop("validate", None))], **kwargs)

    def _deserialize(self, value: Any, *args: Any, **kwargs: Any) -> str:
        text = value if type(value) is str else super()._deserialize(value, *args, **kwargs)
        if not text.isprintable() and _UNSTORABLE.search(text):
            raise ValidationError("Control characters are not allowed.")
        return text.strip()


class WholeNumber(fields.Integer):
    """A whole number; as a text, which a query is, in the digits 0 to 9 alone."""

    def _deserialize(self, value: Any, *args: Any, **kwargs: Any) -> Any:
        # Python's int takes "٣", "+3", " 3" and "1_0" too, and refuses more than 4300 digits.
        if isinstance(value, str) and not _DIGITS.fullmatch(value):
            raise self.make_error("invalid", input=value)
        return super()._deserialize(value, *args, **kwargs)


class Id(WholeNumber):
    """The id of a resource, 1 to 2^63−1; a JSON integer."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(validate=validate.Range(min=1, max=MAX_ID), **kwargs)

    def _deserialize(self, value: Any, *args: Any, **kwargs: Any) -> int:
        if isinstance(value, bool | float | Decimal):
            raise ValidationError("Not a valid integer.")
        if isinstance(value, str) and len(value) > 20:
            raise ValidationError("Not a valid id.")
        return int(super()._deserialize(value, *args, **kwargs) or 0)


class Flag(fields.Boolean):
    """True or false, and nothing that could be taken for it; a query has no other way than text."""

    truthy = {True, "true", "True"}  # noqa: RUF012 - marshmallow's own way
    falsy = {False, "false", "False"}  # noqa: RUF012

    def _deserialize(self, value: Any, *args: Any, **kwargs: Any) -> bool:
        if not isinstance(value, bool | str):
            raise self.make_error("invalid", input=value)  # 1 equals True in Python
        return bool(super()._deserialize(value, *args, **kwargs))


class Number(fields.Field[Decimal]):
    """An exact decimal number: a string or JSON number in, a string in plain notation out.

    Bounded before any arithmetic: no exponent, NaN or Infinity, at most `digits` before the point
    and `places` after it.

    Args:
        places: decimals accepted, and printed unless `at_least` says fewer.
        digits: digits accepted before the point.
        at_least: print this many decimals and more only where they are not zero.
        positive, not_negative: the sign that is accepted.
    """

    default_error_messages = {  # noqa: RUF012 - marshmallow's own way
        "invalid": "Not a valid decimal number.",
        "digits": "At most {digits} digits before the point are accepted.",
        "places": "At most {places} decimals are accepted.",
        "positive": "Must be greater than 0.",
        "not_negative": "Must not be negative.",
    }

    def __init__(
        self,
        *,
        places: int = 8,
        digits: int = 12,
        at_least: int | None = None,
        positive: bool = False,
        not_negative: bool = False,
        **kwargs: Any,
    ) -> None:
        metadata = {"type": "string", "format": "decimal", **kwargs.pop("metadata", {})}
        super().__init__(metadata=metadata, **kwargs)
        self.places = places
        self.digits = digits
        self.at_least = at_least
        self.positive = positive
        self.not_negative = not_negative
        self._too_large = Decimal(10) ** digits

    def _serialize(self, value: Any, *_: Any, **__: Any) -> str | None:
        if value is None:
            return None
        rounded = round_to(Decimal(value), self.places)
        return plain(rounded) if self.at_least is None else trimmed(rounded, self.at_least)

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> Decimal:
        text = self._text(value)
        number = Decimal(text)
        if abs(number) >= self._too_large:
            raise self.make_error("digits", digits=self.digits)
        if len(text.partition(".")[2]) > self.places and _decimals(number) > self.places:
            raise self.make_error("places", places=self.places)
        if self.positive and number <= 0:
            raise self.make_error("positive")
        if self.not_negative and number < 0:
            raise self.make_error("not_negative")
        return number

    def _text(self, value: Any) -> str:
        """Return a number in plain notation."""
        if isinstance(value, bool) or not isinstance(value, str | int | Decimal):
            raise self.make_error("invalid")
        # A JSON number such as 1e2 is a Decimal already; its size is looked at before it is
        # ever written out, since 1e999999 in plain notation is a megabyte.
        if isinstance(value, Decimal) and (not value.is_finite() or abs(value.adjusted()) > 40):
            raise self.make_error(
                "invalid" if not value.is_finite() else "digits", digits=self.digits
            )
        text = plain(value) if isinstance(value, Decimal) else str(value).strip()
        if len(text) > 64 or not _DECIMAL.fullmatch(text):
            raise self.make_error("invalid")
        return text


def Quantity(**kwargs: Any) -> Number:  # noqa: N802 - reads as a field
    """Return the field of a quantity, an average cost or a unit price: 8 decimals."""
    return Number(places=8, **kwargs)


def Price(**kwargs: Any) -> Number:  # noqa: N802
    """Return the field of an asset's price: 2 decimals, more where there are more, up to 8."""
    return Number(places=8, at_least=2, **kwargs)


def Percentage(places: int = 4, **kwargs: Any) -> Number:  # noqa: N802
    """Return the field of a percentage or ratio that is only answered."""
    return Number(places=places, digits=30, dump_only=True, **kwargs)


class Money(Number):
    """A money total, printed with the minor unit of its currency.

    The value is already a string (a query that knows the currency rounded it by
    `shared.finance.money.round_money`) or a Decimal with the currency's own decimals.
    """

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(places=8, digits=15, **kwargs)

    def _serialize(self, value: Any, *_: Any, **__: Any) -> str | None:
        return None if value is None else plain(Decimal(value))


class Currency(Text):
    """An ISO 4217 currency code; minor units of quotation (GBX) are refused by name."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(longest=3, validate=_known_currency, **kwargs)


class QuotedCurrency(Text):
    """What prices are quoted in: an ISO 4217 currency, or one of the minor units of exchanges."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(longest=3, validate=_known_quotation, **kwargs)


def _known_quotation(code: str) -> None:
    if not is_quotation(code):
        raise ValidationError(_NO_CURRENCY)


def _known_currency(code: str) -> None:
    if code in MINOR_CURRENCIES:
        raise ValidationError(f"{code} is a hundredth of {MINOR_CURRENCIES[code]}: use that.")
    if not is_currency(code):
        raise ValidationError(_NO_CURRENCY)


class Day(fields.Date):
    """A date, exactly `YYYY-MM-DD`, from the year 1900 on."""

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> date:
        if not isinstance(value, str) or not _DAY.fullmatch(value):
            raise ValidationError("Not a valid date: use YYYY-MM-DD.")
        try:
            day = date.fromisoformat(value)
        except ValueError as error:
            raise self.make_error("invalid", input=value, obj_type="date") from error
        if day.year < 1900:
            raise ValidationError("Dates before 1900 are not accepted.")
        return day


class Time(fields.Field[datetime]):
    """A moment, printed as UTC `YYYY-MM-DDTHH:MM:SSZ`."""

    def __init__(self, **kwargs: Any) -> None:
        metadata = {"type": "string", "format": "date-time", **kwargs.pop("metadata", {})}
        super().__init__(metadata=metadata, **kwargs)

    def _serialize(self, value: datetime | None, *_: Any, **__: Any) -> str | None:
        return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if value else None

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> datetime:
        try:
            moment = datetime.fromisoformat(value)
        except (TypeError, ValueError) as error:
            raise ValidationError("Not a valid time: use YYYY-MM-DDTHH:MM:SSZ.") from error
        if moment.tzinfo is None or not 1900 <= moment.year < 9999:
            raise ValidationError("Not a valid time: use YYYY-MM-DDTHH:MM:SSZ.")
        return moment.astimezone(UTC)


class Ordering(fields.Field[tuple[str, bool]]):
    """`ordering=name` or `-name` of a documented set; loads to (name, descending)."""

    def __init__(self, *names: str, **kwargs: Any) -> None:
        choices = [sign + name for name in names for sign in ("", "-")]
        usual, descending = kwargs["load_default"]
        metadata = {
            "type": "string",
            "enum": choices,
            "default": f"-{usual}" if descending else usual,
            "description": "Order of the list; `-` for descending.",
        }
        super().__init__(metadata=metadata, **kwargs)
        self._choices = frozenset(choices)

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> tuple[str, bool]:
        if value not in self._choices:
            raise ValidationError(f"Must be one of: {', '.join(sorted(self._choices))}.")
        return str(value).removeprefix("-"), str(value).startswith("-")


class PageQuery(StrictSchema):
    """The parameters of every list. A list adds its filters and its `ordering`."""

    page = WholeNumber(
        load_default=1,
        validate=validate.Range(min=1, max=1_000_000_000),
        metadata={"description": "Page, from 1."},
    )
    page_size = WholeNumber(
        load_default=50,
        validate=validate.Range(min=1, max=500),
        metadata={"description": "Rows a page, 1 to 500."},
    )
    search = Text(
        blank=True, metadata={"description": "Case-insensitive search over the text fields."}
    )


class ErrorDetails(StrictSchema):
    """What went wrong, for programs."""

    code = fields.String(metadata={"description": "Constant code.", "example": "not_found"})
    message = fields.String(metadata={"description": "One sentence for people."})
    request_id = fields.String(metadata={"description": "Quote this when you ask for help."})
    fields_ = fields.Dict(
        data_key="fields",
        metadata={
            "description": "Only with 422: field → messages, nested as the body is.",
            "optional": True,
        },
    )


class Error(StrictSchema):
    """Every error of every service and of the gateway."""

    error = fields.String(
        metadata={"description": "Short title.", "example": "Portfolio not found"}
    )
    details = fields.Nested(ErrorDetails)


def not_in_future(latest: Callable[[], date]) -> Callable[[date], None]:
    """Return a validator that refuses days after `latest()`."""

    def check(day: date) -> None:
        if day > latest():
            raise ValidationError("The date is in the future.")

    return check


def _decimals(number: Decimal) -> int:
    # By EXACT: 28 digits, Python's own, would round the ones away that are to be refused.
    exponent = number.normalize(EXACT).as_tuple().exponent
    return max(0, -int(exponent))


def answered(field: Callable[..., fields.Field[Any]], what: str, example: Any) -> fields.Field[Any]:
    """Return a field of the class `field` that is only answered, and may be null."""
    return field(
        dump_only=True, allow_none=True, metadata={"description": what, "example": example}
    )


def listed(field: fields.Field[Any], what: str, *examples: object) -> DelimitedList:
    """Return a query parameter of 1 to 1000 values with commas between.

    Args:
        what: they are: "Ids".
    """
    return DelimitedList(
        field,
        required=True,
        validate=validate.Length(min=1, max=1000),
        metadata={"description": f"{what}, separated by commas.", "example": list(examples)},
    )
