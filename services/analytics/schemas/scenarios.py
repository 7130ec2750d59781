"""What would happen to a portfolio."""

from typing import Any

from marshmallow import fields

from services.analytics.answers.scenarios import Futures
from services.analytics.domain.printing import printed_money
from services.analytics.schemas import figures
from services.analytics.schemas.figures import (
    MarketDay,
    amount,
    count,
    described,
    fraction,
    percent,
)
from shared.http.schemas import Money, StrictSchema
from shared.http.warnings import Warnings


class ScenarioWindowSchema(StrictSchema):
    """A stretch of history, from close to close."""

    start = MarketDay("start", "Its first day.", "2020-02-19")
    end = MarketDay("end", "Its last day.", "2020-03-23")


class CatalogueEntrySchema(StrictSchema):
    """A historical scenario."""

    id = fields.String(metadata=described("What `scenario=` takes.", "covid_2020"))
    name = fields.String(metadata=described("Its name for people.", "COVID-19 crash"))
    start = MarketDay("start", "Its first day; the move is from this close on.", "2020-02-19")
    end = MarketDay("end", "Its last day.", "2020-03-23")


class CatalogueSchema(StrictSchema):
    """All historical scenarios."""

    scenarios = fields.List(
        fields.Nested(CatalogueEntrySchema), metadata={"description": "Oldest first, but rebounds."}
    )


class PositionOutcomeSchema(StrictSchema):
    """What a scenario does to one position."""

    asset = fields.Integer(metadata=described("Id of the asset.", 1))
    symbol = fields.String(metadata=described("Its symbol.", "AAPL"))
    value = Money(metadata=described("Worth before, in the portfolio's currency.", "17550.00"))
    shock = percent("shock", "Its move; null where nothing is known of it", "-25.30")
    source = fields.String(
        metadata=described(
            "Where the move comes from: `history`, `beta_proxy`, `beta`, `asset_shock`,"
            " `sector_shock`, `none` or `unmodelled`.",
            "history",
        )
    )
    pnl = Money(
        allow_none=True,
        metadata=described("Profit, a loss negative; all sum to the whole.", "-4440.15"),
    )
    contribution = percent(
        "contribution", "Its part in the portfolio's return", "-3.5500", places=4
    )


class SectorOutcomeSchema(StrictSchema):
    """What a scenario does to one sector."""

    sector = fields.String(
        metadata=described("The sector; `UNCLASSIFIED` where it is not known.", "Technology")
    )
    value = Money(metadata=described("Worth before.", "40000.00"))
    pnl = Money(
        allow_none=True,
        metadata=described(
            "Profit of its positions, a loss negative; null where nothing is known of any.",
            "-9100.00",
        ),
    )
    contribution = percent(
        "contribution", "Its part in the portfolio's return", "-7.2800", places=4
    )


class CoverageSchema(StrictSchema):
    """Parts of what is invested, fractions that sum to 1, by where their move comes from."""

    history = fraction("history", "Their own of then.", "0.9000")
    beta_proxy = fraction("beta_proxy", "Beta, for want of a history.", "0.1000")
    beta = fraction("beta", "Beta, as asked.", "0.0000")
    asset_shock = fraction("asset_shock", "A shock of their own.", "0.0000")
    sector_shock = fraction("sector_shock", "Their sector's shock.", "0.0000")
    none = fraction("none", "Their price does not move.", "0.0000")
    unmodelled = fraction("unmodelled", "Neither history nor beta.", "0.0000")


class Percentiles(fields.Dict):
    """Money by percentile."""

    def _serialize(self, value: Any, *args: Any, **_: Any) -> dict[str, str | None]:
        futures: Futures = args[1]  # the object, after the field's name
        return {
            str(percentile): printed_money(worth, futures.currency)
            for percentile, worth in value.items()
        }


class SimulationSchema(StrictSchema):
    """The portfolio's worth after the horizon, in many futures."""

    horizon_days = count("simulation.horizon_days", "Trading days ahead.", 252)
    simulations = count("simulation.simulations", "Futures.", 10_000)
    seed = count("simulation.seed", "One seed, one result.", 42)
    observations = count(
        "simulation.observations", "Daily returns of today's mix that they are made of.", 2520
    )
    percentiles = Percentiles(
        attribute="simulation.percentiles",
        metadata=described(
            "Percentile → worth then; null beyond every sensible figure.",
            {"5": "98000.00", "50": "134000.00"},
        ),
    )
    mean = amount("simulation.mean", "Mean worth.", "135500.00")
    var_95 = amount(
        "simulation.var",
        "5 % quantile of the profit over the horizon; a loss is negative.",
        "-27000.00",
    )
    cvar_95 = amount("simulation.cvar", "Mean of the profits at or below it.", "-34000.00")
    probability_of_loss = fraction(
        "simulation.probability_of_loss",
        "Part of the futures that end lower, a fraction.",
        "0.2700",
    )


class ScenarioSchema(StrictSchema):
    """What one scenario does."""

    id = fields.String(attribute="scenario.id", metadata=described("Which it is.", "covid_2020"))
    name = fields.String(
        attribute="scenario.name", metadata=described("Its name for people.", "COVID-19 crash")
    )
    type = fields.String(
        attribute="scenario.type", metadata=described("What it comes from.", "historical")
    )
    method = fields.String(
        attribute="scenario.method",
        allow_none=True,
        metadata=described("The method or model, where the type has one.", "replay"),
    )
    window = fields.Nested(
        ScenarioWindowSchema,
        attribute="scenario.window",
        allow_none=True,
        metadata={"description": "The history it replays; null for the other types."},
    )
    benchmark_return = percent(
        "scenario.benchmark_return", "The benchmark's return, null where it is not known", "-33.80"
    )
    portfolio_return = percent("scenario.outcome.portfolio_return", "The portfolio's", "-28.40")
    pnl = Money(
        attribute="scenario.outcome.pnl",
        allow_none=True,
        metadata=described("Profit, a loss negative: the sum of the positions'.", "-35500.00"),
    )
    value_after = Money(
        attribute="scenario.outcome.value_after",
        allow_none=True,
        metadata=described("Worth then.", "89500.00"),
    )
    positions = fields.List(
        fields.Nested(PositionOutcomeSchema),
        attribute="scenario.outcome.positions",
        metadata={"description": "What it does to each position; none in a simulation."},
    )
    by_sector = fields.List(
        fields.Nested(SectorOutcomeSchema),
        attribute="scenario.outcome.by_sector",
        metadata={"description": "The same by sector, the largest loss first."},
    )
    coverage = fields.Nested(
        CoverageSchema,
        allow_none=True,
        metadata={"description": "How much of it is modelled how; null in a simulation."},
    )
    simulation = fields.Nested(
        SimulationSchema,
        attribute="futures",
        allow_none=True,
        metadata={"description": "Only of `monte_carlo`; null for the others."},
    )
    warnings = Warnings()


class WorstSchema(StrictSchema):
    """The scenario that ends lowest."""

    id = fields.String(metadata=described("Which it is.", "gfc_2007_2009"))
    name = fields.String(metadata=described("Its name.", "Global financial crisis"))
    portfolio_return = percent("outcome.portfolio_return", "The portfolio's return", "-45.10")
    pnl = Money(attribute="outcome.pnl", metadata=described("Its profit.", "-56375.00"))


class AnalysisSchema(StrictSchema):
    """What scenarios do to what a portfolio holds."""

    portfolio = figures.portfolio()
    as_of = MarketDay("as_of", "Last day of the window with a value.", "2024-12-31")
    currency = figures.currency()
    portfolio_value = Money(
        allow_none=True, metadata=described("Worth that day, cash included.", "125000.00")
    )
    scenarios = fields.List(
        fields.Nested(ScenarioSchema), metadata={"description": "One for each that was asked."}
    )
    worst = fields.Nested(
        WorstSchema,
        allow_none=True,
        metadata={"description": "The one that ends lowest; null where none has a result."},
    )
    benchmark = figures.benchmark("the asked or usual one is not there")
    warnings = Warnings()
