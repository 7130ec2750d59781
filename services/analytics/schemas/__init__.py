"""What comes into analytics and goes out, one file a subject."""

from services.analytics.schemas.allocation import AllocationSchema
from services.analytics.schemas.correlation import CorrelationSchema
from services.analytics.schemas.curve import CurveSchema
from services.analytics.schemas.indicators import IndicatorsSchema
from services.analytics.schemas.market import MarketDataSchema
from services.analytics.schemas.metrics import MetricsSchema
from services.analytics.schemas.queries import (
    AllocationQuery,
    CorrelationQuery,
    CurveQuery,
    IndicatorQuery,
    MetricsQuery,
    RiskQuery,
    ScenarioQuery,
)
from services.analytics.schemas.risk import RiskSchema
from services.analytics.schemas.scenarios import AnalysisSchema, CatalogueSchema

__all__ = [
    "AllocationQuery",
    "AllocationSchema",
    "AnalysisSchema",
    "CatalogueSchema",
    "CorrelationQuery",
    "CorrelationSchema",
    "CurveQuery",
    "CurveSchema",
    "IndicatorQuery",
    "IndicatorsSchema",
    "MarketDataSchema",
    "MetricsQuery",
    "MetricsSchema",
    "RiskQuery",
    "RiskSchema",
    "ScenarioQuery",
]
