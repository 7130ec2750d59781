"""What is asked of analytics."""

from decimal import Decimal
from enum import StrEnum
from typing import Any, ClassVar

from marshmallow import ValidationError, missing, post_load, validate, validates_schema

from services.analytics.answers import questions
from services.analytics.answers.correlation import MOST_ASSETS
from services.analytics.answers.questions import PARAMETERS, CorrelationMethod, ScenarioType
from services.analytics.domain.correlation import MIN_OBSERVATIONS
from services.analytics.domain.indicators import names
from services.analytics.domain.indicators.names import Indicator, UnknownIndicator
from services.analytics.domain.scenarios.catalogue import CATALOGUE
from services.analytics.domain.scenarios.historical import Method
from services.analytics.domain.scenarios.monte_carlo import Model
from services.analytics.domain.snapshots import Interval
from services.analytics.schemas.fields import Named, Separated
from services.analytics.schemas.figures import described
from shared.finance.asset_types import ASSET_TYPES
from shared.http.schemas import MAX_ID, Day, Id, Number, StrictSchema, Text, WholeNumber


class Choice(Text):
    """One of the values of an enumeration, by its name for the world."""

    def __init__(self, choices: type[StrEnum], **kwargs: Any) -> None:
        super().__init__(validate=validate.OneOf([str(choice) for choice in choices]), **kwargs)
        self.choices = choices

    def deserialize(self, *args: Any, **kwargs: Any) -> Any:
        """Return the member, once its value has passed."""
        value = super().deserialize(*args, **kwargs)
        return value if value is missing else self.choices(value)


def _fraction(least: str, most: str, text: str, example: str, **kwargs: Any) -> Number:
    hint = f"A fraction from {least} to {most}: 0.02 is 2 %."
    bounds = validate.Range(min=Decimal(least), max=Decimal(most), error=hint)
    return Number(validate=bounds, metadata=described(text, example), **kwargs)


def _benchmark(text: str = "Symbol to measure against.") -> Text:
    return Text(longest=64, metadata=described(text, "SPY"))


class WindowQuery(StrictSchema):
    """From which day to which."""

    start_date = Day(
        metadata=described(
            "First day; the first with a ledger entry or price by default.", "2024-01-01"
        )
    )
    end_date = Day(metadata=described("Last day; the last that there is by default.", "2024-12-31"))

    @validates_schema
    def _in_order(self, data: dict[str, Any], **_: Any) -> None:
        if {"start_date", "end_date"} <= data.keys() and data["start_date"] > data["end_date"]:
            raise ValidationError("Must not be after end_date.", "start_date")


class QuestionQuery(WindowQuery):
    """A query that loads to a question."""

    question: ClassVar[type[questions.Period]]

    @post_load
    def _question(self, data: dict[str, Any], **_: Any) -> questions.Period:
        return self.question(**data)


class MetricsQuery(QuestionQuery):
    """What is measured, and against what."""

    question: ClassVar[type[questions.Period]] = questions.MetricsQuestion
    benchmark = _benchmark()
    risk_free_rate = _fraction(
        "-0.5",
        "1",
        "Riskless rate a year, effective.",
        "0.02",
        load_default=questions.MetricsQuestion.risk_free_rate,
    )


class CurveQuery(QuestionQuery):
    """Which part of a curve, and how fine."""

    question = questions.CurveQuestion
    interval = Choice(
        Interval,
        load_default=Interval.DAILY.value,
        metadata=described(
            "A point a day of the portfolio, or the last one of each week or month.", "monthly"
        ),
    )
    benchmark = _benchmark("Symbol whose return stands beside the portfolio's.")


class PortfolioQuery(QuestionQuery):
    """What of which portfolio."""

    portfolio_id = Id(required=True, metadata=described("Id of the portfolio.", 1))


class RiskQuery(MetricsQuery, PortfolioQuery):
    """Whose risk, at which confidence."""

    question = questions.RiskQuestion
    confidence = _fraction(
        "0.5",
        "0.999",
        "Confidence of the values at risk and of `cvar`.",
        "0.95",
        load_default=questions.RiskQuestion.confidence,
    )


class AllocationQuery(PortfolioQuery):
    """Which portfolio on which day (`end_date`), beside which targets."""

    question = questions.AllocationQuestion
    targets = Named(
        Number(places=4, digits=3, not_negative=True),
        ASSET_TYPES,
        metadata=described(
            "Percentages by asset type (`CASH` too) that sum to 100.", "STOCK:60,BOND:40"
        ),
    )


def _symbol(word: str) -> str:
    return str(Text(longest=64).deserialize(word))


def _asset_id(word: str) -> int:
    return int(Id().deserialize(word))


class CorrelationQuery(QuestionQuery):
    """Which assets, and how they are correlated; exactly one of the first three is given."""

    question = questions.CorrelationQuestion
    portfolio_id = Id(metadata=described("What this portfolio holds at the end.", 1))
    symbols = Separated(
        _symbol,
        most=MOST_ASSETS,
        metadata=described("The assets of these symbols, 500 at most.", "AAPL,MSFT"),
    )
    assets = Separated(
        _asset_id,
        most=MOST_ASSETS,
        metadata=described("The assets of these ids, 500 at most.", "1,2"),
    )
    min_observations = WholeNumber(
        load_default=MIN_OBSERVATIONS,
        validate=validate.Range(min=2, max=100_000),
        metadata=described(
            "Returns between the same days that a pair needs; with fewer it is null.", 30
        ),
    )
    method = Choice(
        CorrelationMethod,
        load_default=CorrelationMethod.PEARSON.value,
        metadata=described("Correlation of returns, or of their ranks.", "pearson"),
    )

    @validates_schema
    def _one_source(self, data: dict[str, Any], **_: Any) -> None:
        given = [name for name in ("portfolio_id", "symbols", "assets") if name in data]
        if len(given) != 1:
            message = "Give exactly one of portfolio_id, symbols and assets."
            raise ValidationError(message, given[-1] if given else "portfolio_id")


def _indicator(word: str) -> Indicator:
    try:
        [indicator] = names.parse([word])
    except UnknownIndicator as error:
        raise ValidationError(error.message) from error
    return indicator


class IndicatorQuery(QuestionQuery):
    """Which indicators."""

    question = questions.IndicatorQuestion
    indicators = Separated(
        _indicator,
        most=names.MOST_INDICATORS,
        load_default=lambda: names.parse(names.DEFAULT),
        metadata=described(
            "`sma_N, ema_N, wma_N, rsi_N, macd_F_S_G, bollinger_N_K, atr_N, stochastic_N_K_D, obv,"
            " adx_N, cci_N, mfi_N, williams_r_N, roc_N, vwap, volatility_N`; numbers left out"
            " have their usual value.",
            "sma_20,rsi_14,macd",
        ),
    )


def _scenario(word: str) -> str:
    if word not in CATALOGUE:
        raise ValidationError(f"'{word}' is no scenario; known are {', '.join(CATALOGUE)}.")
    return word


def _only_with(kind: ScenarioType, text: str) -> str:
    return f"{text} Only with `type={kind}`."


def _shocks(text: str, example: str) -> Named:
    shock = _fraction("-1", "10", "One shock.", "-0.2", places=6)
    text = _only_with(ScenarioType.HYPOTHETICAL, f"{text}, fractions by name.")
    return Named(shock, metadata=described(text, example))


class ScenarioQuery(PortfolioQuery):
    """Which scenarios for which portfolio; each type has parameters of its own."""

    question = questions.ScenarioQuestion
    type = Choice(
        ScenarioType,
        load_default=ScenarioType.HISTORICAL.value,
        metadata=described("Where the shocks come from.", "historical"),
    )
    benchmark = _benchmark("Symbol that betas are measured against; SPY by default.")
    scenario = Separated(
        _scenario,
        most=len(CATALOGUE),
        metadata=described(
            _only_with(ScenarioType.HISTORICAL, "Ids of the catalogue; all of it by default."),
            "covid_2020,gfc_2007_2009",
        ),
    )
    method = Choice(
        Method,
        metadata=described(
            _only_with(
                ScenarioType.HISTORICAL,
                "Own returns of then, and beta × the benchmark's where there are none (`replay`,"
                " the default), or beta × the benchmark's for all.",
            ),
            "replay",
        ),
    )
    market_shock = _fraction(
        "-1", "10", _only_with(ScenarioType.HYPOTHETICAL, "Move of the benchmark."), "-0.2"
    )
    sector_shock = _shocks("Moves of sectors, before beta × the market's", "Technology:-0.3")
    asset_shock = _shocks("Moves of assets by symbol, before their sectors'", "AAPL:-0.1")
    fx_shock = _shocks("Moves of currencies against the portfolio's, compounding", "EUR:-0.05")
    horizon_days = WholeNumber(
        validate=validate.Range(min=1, max=1260),
        metadata=described(
            _only_with(ScenarioType.MONTE_CARLO, "Trading days ahead; 252 by default."), 252
        ),
    )
    simulations = WholeNumber(
        validate=validate.Range(min=100, max=50_000),
        metadata=described(
            _only_with(ScenarioType.MONTE_CARLO, "Futures; 10,000 by default."), 10_000
        ),
    )
    model = Choice(
        Model,
        metadata=described(
            _only_with(
                ScenarioType.MONTE_CARLO,
                "Months drawn from the past (`block_bootstrap`, the default), or a normal with"
                " its mean and deviation (`gbm`).",
            ),
            "block_bootstrap",
        ),
    )
    seed = WholeNumber(
        validate=validate.Range(min=0, max=MAX_ID),
        metadata=described(
            _only_with(ScenarioType.MONTE_CARLO, "One seed, one result; 42 by default."), 42
        ),
    )
    target_loss = _fraction(
        "-1", "0", _only_with(ScenarioType.REVERSE, "Return of the portfolio to explain."), "-0.2"
    )

    @validates_schema
    def _fits_its_type(self, data: dict[str, Any], **_: Any) -> None:
        for kind, parameters in PARAMETERS.items():
            for name in parameters:
                if name in data and data["type"] != kind:
                    raise ValidationError(f"Only with type={kind}.", name)
        if data["type"] == ScenarioType.REVERSE and "target_loss" not in data:
            raise ValidationError("Required with type=reverse.", "target_loss")
