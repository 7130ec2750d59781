"""Portfolios with their ledgers and values, kept in memory while their versions stand."""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Final, NamedTuple, cast

from flask import current_app
from sqlalchemy.orm import Session

from services.analytics import commands, queries
from services.analytics.cache import VersionedCache
from services.analytics.domain.ledger import Booking, Ledger
from services.analytics.domain.metrics import Metrics
from services.analytics.domain.risk_report import RiskReport
from services.analytics.domain.series import EMPTY
from services.analytics.domain.valuation import Books, Quotes, Valuation, value_portfolio
from services.analytics.market import Cards, Market, versions
from services.analytics.owners import Owners
from services.analytics.queries import PortfolioCard
from shared.db import Database
from shared.errors import NotFound
from shared.finance.entries import EntryType
from shared.finance.rates import pair_symbols
from shared.finance.splits import parse_ratio
from shared.http import AnyRow

_LEDGERS: Final = 200_000  # entries
_METRICS: Final = 5_000  # answers
_VALUATIONS: Final = 128 * 2**20  # bytes: some 25 portfolios of 50 assets and ten years


class Holdings(NamedTuple):
    """A portfolio with all that its value depends on, each at one version."""

    card: PortfolioCard
    ledger: Ledger
    assets: Cards
    pairs: Cards

    @property
    def version(self) -> Hashable:
        """What its value is computed from."""
        return self.card.version, versions(self.assets), versions(self.pairs)

    @property
    def rate_symbols(self) -> frozenset[str]:
        """The pairs that its value may depend on, whether or not there is such an asset."""
        target = self.card.currency
        currencies = _currencies(self.ledger, self.assets)
        return pair_symbols((currency, target) for currency in currencies)


@dataclass(frozen=True, slots=True, eq=False)
class Valued:
    """A portfolio's daily values, and what they come from."""

    books: Books
    valuation: Valuation


class Engine:
    """Finds a user's portfolio and values it; one for each process.

    Args:
        valuations: bytes of daily values that are kept.

    Attributes:
        market: cards, quotes and rates.
        metrics, reports: what was measured, by what was asked.
    """

    def __init__(
        self,
        database: Database,
        owners: Owners,
        aliases: Mapping[str, str],
        *,
        valuations: int = _VALUATIONS,
    ) -> None:
        self.market = Market(database, owners, aliases)
        self.metrics = VersionedCache[Metrics](_METRICS, lambda _: 1)
        self.reports = VersionedCache[RiskReport](_METRICS, lambda _: 1)
        self._database = database
        self._owners = owners
        self._ledgers = VersionedCache[Ledger](_LEDGERS, lambda ledger: len(ledger.entries))
        self._valuations = VersionedCache[Valued](valuations, _bytes)

    def holdings(self, session: Session, portfolio_id: int, user_id: int) -> Holdings:
        """Return a portfolio with the assets that its ledger names.

        Raises:
            NotFound: there is none, or it is somebody else's.
            Unavailable: an owner must be asked and does not answer.
        """
        return self.holdings_of(session, self._card(session, portfolio_id, user_id))

    def holdings_of(self, session: Session, card: PortfolioCard) -> Holdings:
        """Return a portfolio that we have with the assets that its ledger names.

        Raises:
            Unavailable: the owner of an asset must be asked and does not answer.
        """
        ledger = self._ledger(session, card)
        assets = self.market.cards(session, ledger.assets)
        pairs = self.market.pairs(session, _currencies(ledger, assets), card.currency)
        return Holdings(card, ledger, assets, pairs)

    def value(self, session: Session, holdings: Holdings) -> Valued:
        """Value a portfolio on every day of its history, unless that is done already."""
        key, version = holdings.card.id, holdings.version
        valued = self._valuations.get(key, version)
        if valued is None:
            books = self.books(session, holdings)
            valued = Valued(books, value_portfolio(books))
            self._valuations.put(key, version, valued)
        return valued

    def books(self, session: Session, holdings: Holdings) -> Books:
        """Return what a portfolio is valued from."""
        currency = holdings.card.currency
        known = self.market.quotes(session, holdings.assets)
        # An asset that its owner has deleted has no price; the answer then says that it lacks one.
        quotes = {
            asset: known.get(asset, Quotes(f"asset {asset}", currency, EMPTY))
            for asset in holdings.ledger.assets
        }
        return Books(holdings.ledger, quotes, self.market.rates(session, holdings.pairs), currency)

    def _card(self, session: Session, portfolio_id: int, user_id: int) -> PortfolioCard:
        card = queries.portfolio(session, portfolio_id) or self._adopted(session, portfolio_id)
        if card is None or card.owner_id != user_id:
            raise NotFound.of("portfolio")
        return card

    def _adopted(self, session: Session, portfolio_id: int) -> PortfolioCard | None:
        try:
            snapshot = self._owners.portfolio(portfolio_id)
        except NotFound:
            return None
        self._database.unit(lambda own: commands.adopt_portfolio(own, snapshot))
        return queries.portfolio(session, portfolio_id)

    def _ledger(self, session: Session, card: PortfolioCard) -> Ledger:
        ledger = self._ledgers.get(card.id, card.version)
        if ledger is None:
            ledger = Ledger([_booking(row) for row in queries.ledger(session, card.id)])
            self._ledgers.put(card.id, card.version, ledger)
        return ledger


def current() -> Engine:
    """Return the engine of the running application."""
    return cast(Engine, current_app.extensions["engine"])


def _currencies(ledger: Ledger, assets: Cards) -> set[str]:
    return {asset.currency for asset in assets.values()} | set(ledger.currencies.tolist())


def _booking(row: AnyRow) -> Booking:
    return Booking(
        order=row.position_in_day,
        date=row.date,
        type=EntryType(row.transaction_type),
        asset=row.asset_id,
        quantity=row.quantity or 0.0,
        cash=row.cash_effect,
        ratio=parse_ratio(row.ratio) if row.ratio else Fraction(1),
        currency=row.currency,
        exchange_rate=float("nan") if row.exchange_rate is None else row.exchange_rate,
        price=row.price or 0.0,
    )


def _bytes(valued: Valued) -> int:
    # Five arrays for each asset and five of the whole, eight bytes a day.
    valuation = valued.valuation
    return len(valuation.days) * 8 * 5 * (len(valuation.lines) + 1)
