"""Transactions."""

from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any, Final, NamedTuple

from sqlalchemy import (
    ARRAY,
    BigInteger,
    CheckConstraint,
    Date,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    Integer,
    Sequence,
    String,
    Text,
    and_,
    func,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from services.portfolio.domain.entries import Entry
from services.portfolio.models.base import EXACT_NUMBER, Base
from shared.finance.entries import TYPE_NAMED, EntryType
from shared.finance.money import ZERO, plain
from shared.finance.splits import ratio_text

TYPES: Final = tuple(type_.value for type_ in EntryType)
# The fields of a transaction that follow from others where the client gives none.
DERIVABLE: Final = ("amount", "price", "exchange_rate")
IMPORT_IDS: Final = Sequence("import_ids", metadata=Base.metadata)


class TransactionFields(NamedTuple):
    """What people write of a transaction, by its public names; what is None is not given.

    The one list of it: the schema loads one, the row of a file becomes one, and the table has a
    column for each. Two forms differ: an `Entry` is what of it moves money or pieces, with all
    that follows from it, and the card of an event has it as texts.

    Attributes:
        currency: perhaps a minor unit of quotation, such as GBX.
        ratio: of a split, as it is written: "4:1".
    """

    portfolio: int
    transaction_type: str
    date: date
    asset: int | None = None
    quantity: Decimal | None = None
    price: Decimal | None = None
    amount: Decimal | None = None
    fees: Decimal = ZERO
    taxes: Decimal = ZERO
    currency: str | None = None
    exchange_rate: Decimal | None = None
    ratio: str | None = None
    notes: str = ""
    external_id: str | None = None


class Transaction(Base):
    """One entry of a ledger.

    Numbers are kept with the decimals they were given with: the last one of a price says how far a
    broker's rounding may lead.

    Attributes:
        asset_rate: units of the asset's currency for one of `currency`.
        exchange_rate: units of the portfolio's currency for one of `currency`; None is unknown.
        derived: which of `DERIVABLE` the client did not give; an edit derives them anew.
        import_id: of the import that it came by, one of `IMPORT_IDS`.
        revision: of its edits and of its later rates; `If-Match` compares it.
    """

    __tablename__ = "transactions"

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    portfolio_id: Mapped[int] = mapped_column(ForeignKey("portfolios.id", ondelete="CASCADE"))
    asset_id: Mapped[int | None] = mapped_column(ForeignKey("assets.id"))
    transaction_type: Mapped[str] = mapped_column(String(20))
    date: Mapped[date] = mapped_column(Date)
    quantity: Mapped[Decimal | None] = mapped_column(EXACT_NUMBER)
    price: Mapped[Decimal | None] = mapped_column(EXACT_NUMBER)
    amount: Mapped[Decimal | None] = mapped_column(EXACT_NUMBER)
    fees: Mapped[Decimal] = mapped_column(EXACT_NUMBER, server_default="0")
    taxes: Mapped[Decimal] = mapped_column(EXACT_NUMBER, server_default="0")
    currency: Mapped[str] = mapped_column(String(3))
    exchange_rate: Mapped[Decimal | None] = mapped_column(EXACT_NUMBER)
    asset_rate: Mapped[Decimal] = mapped_column(EXACT_NUMBER, server_default="1")
    ratio_new: Mapped[int | None] = mapped_column(BigInteger)
    ratio_old: Mapped[int | None] = mapped_column(BigInteger)
    derived: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default="{}")
    notes: Mapped[str] = mapped_column(Text, server_default="")
    external_id: Mapped[str | None] = mapped_column(String(255))
    import_id: Mapped[int | None] = mapped_column(BigInteger)
    revision: Mapped[int] = mapped_column(Integer, server_default="1")
    created: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    modified: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())

    __table_args__ = (
        Index("transactions_replay_idx", "portfolio_id", "asset_id", "date", "id"),
        Index("transactions_list_idx", "portfolio_id", "date", "id"),
        Index("transactions_asset_idx", "asset_id"),
        Index(
            "transactions_external_id_key",
            "portfolio_id",
            "external_id",
            unique=True,
            postgresql_where=text("external_id IS NOT NULL"),
        ),
        Index(
            "transactions_import_idx",
            "import_id",
            postgresql_where=text("import_id IS NOT NULL"),
        ),
        Index(
            "transactions_unrated_idx",
            "portfolio_id",
            postgresql_where=text("exchange_rate IS NULL AND transaction_type <> 'SPLIT'"),
        ),
        CheckConstraint(f"transaction_type IN {TYPES}", name="transactions_type_known"),
        CheckConstraint("currency ~ '^[A-Z]{3}$'", name="transactions_currency_form"),
        CheckConstraint(
            "quantity > 0 OR (quantity = 0 AND transaction_type = 'ADJUSTMENT')",
            name="transactions_quantity_positive",
        ),
        CheckConstraint(
            "price >= 0 AND fees >= 0 AND taxes >= 0", name="transactions_not_negative"
        ),
        CheckConstraint("exchange_rate > 0 AND asset_rate > 0", name="transactions_rates_positive"),
        CheckConstraint(
            "CASE WHEN transaction_type IN ('DEPOSIT', 'WITHDRAWAL') THEN asset_id IS NULL"
            " WHEN transaction_type IN ('BUY', 'SELL', 'DIVIDEND', 'SPLIT', 'TRANSFER_IN',"
            " 'TRANSFER_OUT', 'ADJUSTMENT') THEN asset_id IS NOT NULL ELSE true END",
            name="transactions_asset_by_type",
        ),
        CheckConstraint(
            "CASE WHEN transaction_type IN ('BUY', 'SELL', 'TRANSFER_IN', 'TRANSFER_OUT',"
            " 'ADJUSTMENT') THEN quantity IS NOT NULL"
            " WHEN transaction_type = 'DIVIDEND' THEN true ELSE quantity IS NULL END",
            name="transactions_quantity_by_type",
        ),
        CheckConstraint(
            "(amount IS NULL) = (transaction_type IN"
            " ('SPLIT', 'TRANSFER_IN', 'TRANSFER_OUT', 'ADJUSTMENT'))",
            name="transactions_amount_by_type",
        ),
        CheckConstraint(
            "CASE WHEN transaction_type = 'SPLIT' THEN ratio_new > 0 AND ratio_old > 0"
            " AND ratio_new IS NOT NULL AND ratio_old IS NOT NULL"
            " ELSE ratio_new IS NULL AND ratio_old IS NULL END",
            name="transactions_ratio_by_type",
        ),
    )

    @property
    def ratio(self) -> Fraction | None:
        """The ratio of a split, new for old."""
        return _ratio(self)

    @property
    def entry(self) -> Entry:
        """What the ledger makes of it."""
        return entry_of_row(self)

    @property
    def fields(self) -> TransactionFields:
        """What people wrote of it, with what followed from that."""
        return TransactionFields(
            portfolio=self.portfolio_id,
            asset=self.asset_id,
            ratio=ratio_text(self.ratio) if self.ratio else None,
            **{name: getattr(self, name) for name in _OF_FIELDS},
        )

    def write(self, fields: TransactionFields, entry: Entry) -> None:
        """Take what people write, and in its place what the ledger makes of it."""
        for name in _OF_FIELDS:
            setattr(self, name, getattr(fields, name))
        for name in _OF_ENTRY:
            setattr(self, name, getattr(entry, name))
        self.portfolio_id, self.asset_id = fields.portfolio, fields.asset
        ratio = entry.ratio
        self.ratio_new, self.ratio_old = ratio.as_integer_ratio() if ratio else (None, None)
        self.derived = [name for name in DERIVABLE if getattr(fields, name) is None]

    def card(self, symbol: str | None) -> dict[str, Any]:
        """Return what other services keep of it: the catalogue's `Transaction`.

        Args:
            symbol: of its asset.
        """
        return card_of(
            self.fields,
            self.entry,
            symbol=symbol,
            import_id=self.import_id,
            created=self.created.isoformat(),
            modified=self.modified.isoformat(),
        )


class RecordedTransaction(NamedTuple):
    """What is answered of a transaction that has just been stored.

    To make a `Transaction` of it would take as long as to judge it.
    """

    id: int
    portfolio_id: int
    asset_id: int | None
    transaction_type: str
    date: date
    quantity: Decimal | None
    price: Decimal | None
    amount: Decimal | None
    fees: Decimal
    taxes: Decimal
    currency: str
    exchange_rate: Decimal | None
    ratio: Fraction | None
    notes: str
    external_id: str | None
    import_id: int | None
    revision: int
    created: datetime
    modified: datetime


def entry_of_row(row: Any) -> Entry:
    """Return what the ledger makes of a row that has the columns `OF_ENTRY`."""
    # Each by its name and not by `_OF_ENTRY`, as a replay makes one of every row.
    return Entry(
        id=row.id,
        date=row.date,
        type=TYPE_NAMED[row.transaction_type],
        currency=row.currency,
        asset=row.asset_id,
        quantity=row.quantity,
        price=row.price,
        amount=row.amount,
        fees=row.fees,
        taxes=row.taxes,
        exchange_rate=row.exchange_rate,
        asset_rate=row.asset_rate,
        ratio=_ratio(row),
    )


def _ratio(row: Any) -> Fraction | None:
    if row.ratio_new is None or row.ratio_old is None:
        return None
    return Fraction(row.ratio_new, row.ratio_old)


def card_of(
    fields: TransactionFields,
    entry: Entry,
    *,
    symbol: str | None,
    import_id: int | None,
    created: str,
    modified: str,
) -> dict[str, Any]:
    """Return what other services keep of a transaction: the catalogue's `Transaction`.

    Args:
        symbol: of its asset.
    """
    return {
        "id": entry.id,
        "portfolio": fields.portfolio,
        "asset": entry.asset,
        "symbol": symbol,
        "transaction_type": fields.transaction_type,
        "date": entry.date.isoformat(),
        "quantity": _text(entry.quantity),
        "price": _text(entry.price),
        "amount": _text(entry.amount),
        "fees": plain(entry.fees),
        "taxes": plain(entry.taxes),
        "currency": entry.currency,
        "exchange_rate": _text(entry.exchange_rate),
        "ratio": ratio_text(entry.ratio) if entry.ratio else None,
        "cash_effect": plain(entry.cash),
        "position_in_day": entry.id,
        "notes": fields.notes,
        "external_id": fields.external_id,
        "import_id": import_id,
        "created": created,
        "modified": modified,
    }


# What has one name in the table and in the other form.
_OF_ENTRY: Final = tuple(
    name for name in Entry._fields if name in Transaction.__table__.columns and name != "id"
)
OF_ENTRY: Final = ("id", "transaction_type", "asset_id", "ratio_new", "ratio_old", *_OF_ENTRY)
_OF_FIELDS: Final = tuple(
    name for name in TransactionFields._fields if name in Transaction.__table__.columns
)
# By day, splits first, then by creation; see `Entry.order`.
LEDGER_ORDER: Final = (
    Transaction.date,
    Transaction.transaction_type != EntryType.SPLIT.value,
    Transaction.id,
)
# A rate was needed and not known; a split needs none.
UNRATED: Final = and_(
    Transaction.exchange_rate.is_(None), Transaction.transaction_type != EntryType.SPLIT.value
)


def _text(number: Decimal | None) -> str | None:
    return None if number is None else plain(number)
