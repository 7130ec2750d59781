"""Small builders: constituents and slices as short as a test can read them."""

from decimal import Decimal

from shared.finance.allocation import Constituent, Slice

D = Decimal


def item(symbol: str, value: str | None, **about: str) -> Constituent:
    described = {"asset_type": "STOCK", "currency": "USD"} | about
    worth = None if value is None else D(value)
    return Constituent(symbol=symbol, name=f"{symbol} Inc.", value=worth, **described)


def texts(slices: list[Slice]) -> list[tuple[str, str, str]]:
    return [(part.key, str(part.value), str(part.percentage)) for part in slices]
