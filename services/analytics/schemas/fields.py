"""Query parameters that hold several values."""

from collections.abc import Callable, Iterable
from decimal import Decimal
from typing import Any, Generic, TypeVar

from marshmallow import ValidationError, fields

from shared.http.schemas import Number

T = TypeVar("T")


class Separated(fields.Field[list[T]], Generic[T]):
    """Values in one parameter, with commas between them.

    Args:
        read: turns one of them into what is loaded; raises ValidationError.
        most: how many there may be.
    """

    def __init__(self, read: Callable[[str], T], *, most: int, **kwargs: Any) -> None:
        metadata = {"type": "string", **kwargs.pop("metadata", {})}
        super().__init__(metadata=metadata, **kwargs)
        self.read = read
        self.most = most

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> list[T]:
        words = [word.strip() for word in str(value).split(",")]
        if not all(words):
            raise ValidationError("Values are separated by one comma each.")
        if len(words) > self.most:
            raise ValidationError(f"At most {self.most} values are accepted.")
        return list(dict.fromkeys(self.read(word) for word in words))


class Named(fields.Field[dict[str, Decimal]]):
    """Numbers by name: `NAME:number`, with commas between them.

    Args:
        number: reads one number.
        names: those that are accepted; None accepts any.
    """

    def __init__(self, number: Number, names: Iterable[str] | None = None, **kwargs: Any) -> None:
        metadata = {"type": "string", **kwargs.pop("metadata", {})}
        super().__init__(metadata=metadata, **kwargs)
        self.number = number
        self.names = None if names is None else frozenset(names)

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> dict[str, Decimal]:
        numbers: dict[str, Decimal] = {}
        for pair in str(value).split(","):
            name, colon, number = (part.strip() for part in pair.rpartition(":"))
            if not (name and colon) or name in numbers:
                raise ValidationError("Use NAME:number, each name once, commas in between.")
            if self.names is not None and name not in self.names:
                raise ValidationError(f"'{name}' is none of {', '.join(sorted(self.names))}.")
            numbers[name] = self.number.deserialize(number)
        return numbers
