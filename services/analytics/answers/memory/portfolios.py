"""Portfolios with their ledgers and values, kept in memory while what they rest on stands."""

from collections.abc import Hashable
from dataclasses import dataclass
from fractions import Fraction
from typing import Final, NamedTuple, cast

from flask import current_app
from sqlalchemy.orm import Session

from services.analytics import queries
from services.analytics.answers.memory.market import Assets, Market, sequences
from services.analytics.domain.codes import Code, Warning, warn
from services.analytics.domain.ledger import Booking, Ledger
from services.analytics.domain.metrics import Metrics
from services.analytics.domain.risk_report import RiskReport
from services.analytics.domain.series import EMPTY
from services.analytics.domain.valuation import Books, Quotes, Valuation, value_portfolio
from services.analytics.outside.owners import PortfolioSnapshot
from services.analytics.queries import PortfolioRow
from shared.cache import BasisCache
from shared.db import look_anew
from shared.errors import NotFound
from shared.finance.entries import EntryType
from shared.finance.money import ZERO
from shared.finance.rates import pair_symbols
from shared.finance.splits import parse_ratio
from shared.http import AnyRow
from shared.replica import Replica

_LEDGERS: Final = 200_000  # entries
_MEASURES: Final = 5_000  # answers
_APPRAISALS: Final = 128 * 2**20  # bytes: some 25 portfolios of 50 assets and ten years


class WholePortfolio(NamedTuple):
    """A portfolio with all that its value depends on, each as of one sequence."""

    row: PortfolioRow
    ledger: Ledger
    assets: Assets
    pairs: Assets

    @property
    def basis(self) -> Hashable:
        """What its value is computed from, and whether there is something newer."""
        row = self.row
        return row.sequence, row.is_behind, sequences(self.assets), sequences(self.pairs)

    def doubts(self, field: str) -> list[Warning]:
        """Return what is to be said on a field of every answer that rests on its ledger."""
        return [warn(field, Code.CATCHING_UP)] if self.row.is_behind else []

    @property
    def rate_symbols(self) -> frozenset[str]:
        """The pairs that its value may depend on, whether or not there is such an asset."""
        target = self.row.currency
        currencies = _currencies(self.ledger, self.assets)
        return pair_symbols((currency, target) for currency in currencies)


@dataclass(frozen=True, slots=True, eq=False)
class Appraisal:
    """A portfolio's daily values, and what they come from."""

    books: Books
    valuation: Valuation


class Portfolios:
    """Finds a user's portfolio and values it; one for each process.

    Args:
        replica: adopts a portfolio that we don't have yet.
        market: reads from the same database.
        capacity: bytes of daily values that are kept.

    Attributes:
        market: assets, quotes and rates.
        metrics, reports: what was measured of a portfolio, by how it was measured.
    """

    def __init__(
        self, replica: Replica[PortfolioSnapshot], market: Market, *, capacity: int = _APPRAISALS
    ) -> None:
        self.market = market
        self.metrics = BasisCache[Metrics]("metrics", _MEASURES, lambda _: 1)
        self.reports = BasisCache[RiskReport]("risk_reports", _MEASURES, lambda _: 1)
        self._replica = replica
        self._ledgers = BasisCache[Ledger]("ledgers", _LEDGERS, lambda ledger: len(ledger.entries))
        self._appraisals = BasisCache[Appraisal]("valuations", capacity, _bytes)

    def get(self, session: Session, portfolio_id: int, user_id: int) -> WholePortfolio:
        """Return a user's portfolio with the assets that its ledger names.

        Raises:
            NotFound: there is none, or it is somebody else's.
            Unavailable: an owner must be asked and does not answer.
        """
        row = queries.portfolio(self.market.database, portfolio_id)
        if row is None and self._replica.adopt([portfolio_id]):
            row = queries.portfolio(self.market.database, portfolio_id)
        if row is None or row.owner_id != user_id:
            raise NotFound.of("portfolio")
        return self.complete(session, row)

    def complete(self, session: Session, row: PortfolioRow) -> WholePortfolio:
        """Return a portfolio that we have with the assets that its ledger names.

        Raises:
            Unavailable: the owner of an asset must be asked and does not answer.
        """
        ledger = self._ledger(session, row)
        assets = self.market.assets(ledger.assets)
        # The ledger may have been read before one of its assets was taken from its owner.
        look_anew(session)
        pairs = self.market.pairs(_currencies(ledger, assets), row.currency, row.owner_id)
        return WholePortfolio(row, ledger, assets, pairs)

    def appraise(self, session: Session, portfolio: WholePortfolio) -> Appraisal:
        """Value a portfolio on every day of its history, unless that is done already."""
        key, basis = portfolio.row.id, portfolio.basis
        appraisal = self._appraisals.get(key, basis)
        if appraisal is None:
            books = self.books(session, portfolio)
            appraisal = Appraisal(books, value_portfolio(books))
            self._appraisals.put(key, basis, appraisal)
        return appraisal

    def books(self, session: Session, portfolio: WholePortfolio) -> Books:
        """Return what a portfolio is valued from."""
        currency = portfolio.row.currency
        quotes = self.market.quotes(session, portfolio.assets)
        # An asset that its owner has deleted has no price; the answer then says that it lacks one.
        of_ledger = {
            asset: quotes.get(asset, Quotes(f"asset {asset}", currency, EMPTY))
            for asset in portfolio.ledger.assets
        }
        rates = self.market.rates(session, portfolio.pairs)
        return Books(portfolio.ledger, of_ledger, rates, currency)

    def _ledger(self, session: Session, row: PortfolioRow) -> Ledger:
        ledger = self._ledgers.get(row.id, row.sequence)
        if ledger is None:
            ledger = Ledger([_booking(entry) for entry in queries.ledger(session, row.id)])
            self._ledgers.put(row.id, row.sequence, ledger)
        return ledger


def current_portfolios() -> Portfolios:
    """Return those of the running application."""
    return cast(Portfolios, current_app.extensions["portfolios"])


def _currencies(ledger: Ledger, assets: Assets) -> set[str]:
    return {asset.currency for asset in assets.values()} | set(ledger.currencies.tolist())


def _booking(row: AnyRow) -> Booking:
    return Booking(
        order=row.position_in_day,
        date=row.date,
        type=EntryType(row.transaction_type),
        asset=row.asset_id,
        quantity=row.quantity or ZERO,
        cash=row.cash_effect,
        ratio=parse_ratio(row.ratio) if row.ratio else Fraction(1),
        currency=row.currency,
        exchange_rate=float("nan") if row.exchange_rate is None else row.exchange_rate,
        price=row.price or ZERO,
    )


def _bytes(appraisal: Appraisal) -> int:
    # Five arrays for each asset and five of the whole, eight bytes a day.
    valuation = appraisal.valuation
    return len(valuation.days) * 8 * 5 * (len(valuation.lines) + 1)
