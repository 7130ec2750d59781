"""Portfolios."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from operator import attrgetter
from typing import Any, Final, TypedDict

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Date,
    DateTime,
    Identity,
    Index,
    Integer,
    String,
    Text,
    func,
)
from sqlalchemy.ext.hybrid import hybrid_property
from sqlalchemy.orm import Mapped, mapped_column

from services.portfolio.domain.cash import Account
from services.portfolio.models.base import EXACT_NUMBER, Base
from shared.finance.lots import CostMethod

METHODS: Final = tuple(method.value for method in CostMethod)
# The columns of an `Account`, in the order of its fields; and all that a ledger changes.
_OF_ACCOUNT: Final = ("cash_since", "cash_balance", "interest", "charges", "unrated")
OF_LEDGER: Final = (*_OF_ACCOUNT, "sequence")
_of_account: Final = attrgetter(*_OF_ACCOUNT)


class PortfolioFields(TypedDict, total=False):
    """What people write of a portfolio."""

    name: str
    description: str
    currency: str
    cost_basis_method: str
    is_active: bool


class Portfolio(Base):
    """A portfolio and the account of its ledger.

    The columns of `domain.cash.Account` stand in it, so that totals read no history; `commands`
    keeps them equal under the row's lock.

    Attributes:
        sequence: of the events on it and on its transactions; grows by one with each.
        transaction_count: how many it has, if it `is_counted`.
        counted_sequence: grows with `sequence`, which the release before writes alone: then it
            stays behind until the transactions are counted anew.
        revision: of what people write; `If-Match` compares it, so that a purchase does not refuse
            a new name.
    """

    __tablename__ = "portfolios"

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    owner_id: Mapped[int] = mapped_column(BigInteger)
    name: Mapped[str] = mapped_column(String(255))
    description: Mapped[str] = mapped_column(Text, server_default="")
    currency: Mapped[str] = mapped_column(String(3))
    cost_basis_method: Mapped[str] = mapped_column(String(10), server_default="AVERAGE")
    is_active: Mapped[bool] = mapped_column(Boolean, server_default="true")
    cash_since: Mapped[date | None] = mapped_column(Date)
    cash_balance: Mapped[Decimal] = mapped_column(EXACT_NUMBER, server_default="0")
    interest: Mapped[Decimal] = mapped_column(EXACT_NUMBER, server_default="0")
    charges: Mapped[Decimal] = mapped_column(EXACT_NUMBER, server_default="0")
    unrated: Mapped[int] = mapped_column(Integer, server_default="0")
    sequence: Mapped[int] = mapped_column(Integer, server_default="1")
    transaction_count: Mapped[int] = mapped_column(Integer, server_default="0")
    counted_sequence: Mapped[int] = mapped_column(Integer, server_default="1")
    revision: Mapped[int] = mapped_column(Integer, server_default="1")
    created: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    modified: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())

    __table_args__ = (
        Index("portfolios_owner_idx", "owner_id", "id"),
        CheckConstraint("currency ~ '^[A-Z]{3}$'", name="portfolios_currency_form"),
        CheckConstraint(f"cost_basis_method IN {METHODS}", name="portfolios_method_known"),
        CheckConstraint("unrated >= 0", name="portfolios_unrated_counts"),
    )

    @hybrid_property
    def is_counted(self) -> bool:
        """Whether `transaction_count` is to be believed."""
        return self.counted_sequence == self.sequence

    @property
    def account(self) -> Account:
        """What the ledger adds up to beside its holdings."""
        return account_of_row(self)

    @account.setter
    def account(self, account: Account) -> None:
        for name, value in zip(_OF_ACCOUNT, account, strict=True):
            setattr(self, name, value)

    def advance(self, events: int) -> None:
        """Give sequences to its next `events`."""
        self.sequence += events
        self.counted_sequence += events

    def card(self) -> dict[str, Any]:
        """Return what other services keep of it: the catalogue's `PortfolioCard`."""
        return {
            "id": self.id,
            "owner": self.owner_id,
            "name": self.name,
            "currency": self.currency,
            "cost_basis_method": self.cost_basis_method,
            "is_active": self.is_active,
        }


@dataclass(slots=True)
class LockedPortfolio:
    """What of a locked portfolio its ledger needs and changes; no session follows it."""

    id: int
    owner_id: int
    currency: str
    cost_basis_method: str
    account: Account
    sequence: int

    @property
    def columns(self) -> dict[str, Any]:
        """What is stored of a change."""
        return dict(zip(OF_LEDGER, (*self.account, self.sequence), strict=True))

    def advance(self, events: int) -> None:
        """Give sequences to its next `events`."""
        self.sequence += events


# That a ledger is kept of.
LedgerPortfolio = Portfolio | LockedPortfolio


def account_of_row(row: Any) -> Account:
    """Return the account of a row that has its columns."""
    return Account._make(_of_account(row))
