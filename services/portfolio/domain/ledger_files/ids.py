"""Ids of rows to which their file gives none: made of what a row says, and of its ordinal."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from decimal import Decimal
from hashlib import sha256
from typing import Final

from services.portfolio.domain.ledger_files.rows import AssetReference, LedgerRow
from shared.finance.money import EXACT, plain
from shared.finance.splits import ratio_text

OF_CONTENT: Final = "content:"  # begins an `external_id` that no file gave


def id_beginning(row: LedgerRow) -> str:
    """Return how the ids made of a row's content begin; its ordinal among equal rows follows."""
    return f"{OF_CONTENT}{sha256(_content(row).encode()).hexdigest()[:32]}:"


def gapless_beginnings(ids: Iterable[str]) -> set[str]:
    """Return the beginnings of the ids made of content whose ordinals go from 1 without a gap.

    As many rows of this content without an id get just these ids again.
    """
    ordinals: defaultdict[str, set[str]] = defaultdict(set)
    for external_id in ids:
        beginning, colon, ordinal = external_id.rpartition(":")
        ordinals[beginning + colon].add(ordinal)
    return {
        beginning
        for beginning, numbers in ordinals.items()
        if numbers == {str(ordinal) for ordinal in range(1, len(numbers) + 1)}
    }


def identified(rows: Sequence[LedgerRow]) -> Iterator[LedgerRow]:
    """Give each row without an id one of its content and of its ordinal among equal rows.

    So the same file twice gives the same ids, and two equal trades in one file two different ones.
    Our own export gives some of these ids itself; no other row gets them.
    """
    ids = {row.external_id for row in rows if row.external_id}
    ordinals: Counter[str] = Counter()
    for row in rows:
        if row.external_id:
            yield row
            continue
        beginning = id_beginning(row)
        ordinals[beginning] += 1
        while f"{beginning}{ordinals[beginning]}" in ids:
            ordinals[beginning] += 1
        yield replace(row, external_id=f"{beginning}{ordinals[beginning]}")


def _content(row: LedgerRow) -> str:
    # Notes and an asset's name may be edited without it being another transaction.
    asset = row.asset or AssetReference()
    named = asset.isin or asset.symbol or asset.name or ""
    ratio = ratio_text(row.ratio) if row.ratio else ""
    numbers = (row.quantity, row.price, row.amount, row.fees, row.taxes, row.exchange_rate)
    texts = (row.date.isoformat(), row.type, named, row.currency or "", ratio)
    return "\x1f".join((*texts, *map(_number, numbers)))


def _number(value: Decimal | None) -> str:
    return "" if value is None else plain(value.normalize(EXACT))
