"""Its calls."""

from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
from django.db import transaction
from django.db.models import Count, F, QuerySet, Sum
from django.urls import include, path
from rest_framework import routers, serializers, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from tests.load.peer.models import Asset, Portfolio, Position, Price, Transaction


class AssetSerializer(serializers.ModelSerializer):
    """An asset in a position."""

    price_change = serializers.SerializerMethodField()
    price_change_percentage = serializers.SerializerMethodField()

    class Meta:
        """What it shows."""

        model = Asset
        fields = (
            "id",
            "symbol",
            "name",
            "asset_type",
            "current_price",
            "price_change",
            "price_change_percentage",
        )

    def get_price_change(self, asset: Asset) -> str:
        """Return today's change."""
        return str(asset.current_price - asset.previous_close)

    def get_price_change_percentage(self, asset: Asset) -> str:
        """Return today's change as a percentage."""
        return f"{(asset.current_price / asset.previous_close - 1) * 100:.2f}"


class PortfolioSerializer(serializers.ModelSerializer):
    """A portfolio with the sums of its positions."""

    total_value = serializers.DecimalField(40, 2, read_only=True)
    total_cost_basis = serializers.DecimalField(40, 2, read_only=True)
    total_return = serializers.SerializerMethodField()
    total_return_percentage = serializers.SerializerMethodField()
    position_count = serializers.IntegerField(read_only=True)

    class Meta:
        """What it shows."""

        model = Portfolio
        fields = (
            "id",
            "name",
            "description",
            "is_active",
            "created",
            "modified",
            "total_value",
            "total_cost_basis",
            "total_return",
            "total_return_percentage",
            "position_count",
        )

    def get_total_return(self, portfolio: Any) -> str:
        """Return the gain."""
        return f"{portfolio.total_value - portfolio.total_cost_basis:.2f}"

    def get_total_return_percentage(self, portfolio: Any) -> str:
        """Return the gain as a percentage."""
        return f"{(portfolio.total_value / portfolio.total_cost_basis - 1) * 100:.4f}"


class PositionSerializer(serializers.ModelSerializer):
    """A position with its figures."""

    asset = AssetSerializer()
    portfolio_name = serializers.CharField(source="portfolio.name")
    total_cost_basis = serializers.SerializerMethodField()
    current_value = serializers.SerializerMethodField()
    unrealized_gain_loss = serializers.SerializerMethodField()
    unrealized_return_percentage = serializers.SerializerMethodField()

    class Meta:
        """What it shows."""

        model = Position
        fields = (
            "id",
            "portfolio",
            "portfolio_name",
            "asset",
            "quantity",
            "average_cost",
            "first_purchase_date",
            "total_cost_basis",
            "current_value",
            "unrealized_gain_loss",
            "unrealized_return_percentage",
        )

    def get_total_cost_basis(self, position: Position) -> str:
        """Return what it cost."""
        return f"{position.quantity * position.average_cost:.2f}"

    def get_current_value(self, position: Position) -> str:
        """Return what it is worth."""
        return f"{position.quantity * position.asset.current_price:.2f}"

    def get_unrealized_gain_loss(self, position: Position) -> str:
        """Return the gain."""
        return f"{position.quantity * (position.asset.current_price - position.average_cost):.2f}"

    def get_unrealized_return_percentage(self, position: Position) -> str:
        """Return the gain as a percentage."""
        return f"{(position.asset.current_price / position.average_cost - 1) * 100:.4f}"


class TransactionSerializer(serializers.ModelSerializer):
    """A purchase."""

    class Meta:
        """What it shows."""

        model = Transaction
        fields = ("id", "portfolio", "asset", "transaction_type", "date", "quantity", "price")


class PortfolioView(viewsets.ModelViewSet):
    """Portfolios of the user."""

    serializer_class = PortfolioSerializer

    def get_queryset(self) -> "QuerySet[Portfolio]":
        """Return the user's portfolios with their sums."""
        return (
            Portfolio.objects.filter(owner=self.request.user)
            .annotate(
                total_value=Sum(F("position__quantity") * F("position__asset__current_price")),
                total_cost_basis=Sum(F("position__quantity") * F("position__average_cost")),
                position_count=Count("position"),
            )
            .order_by("id")
        )

    @action(detail=True)
    def performance_metrics(self, request: Request, pk: str) -> Response:
        """Measure the holdings of today over all days, as the published example does."""
        held = dict(
            Position.objects.filter(portfolio_id=pk, portfolio__owner=request.user).values_list(
                "asset_id", "quantity"
            )
        )
        rows = Price.objects.filter(asset_id__in=[*held, 1]).values_list(
            "date", "asset_id", "close"
        )
        frame = pd.DataFrame(list(rows), columns=["day", "asset", "close"])
        closes = frame.astype({"close": float}).pivot(index="day", columns="asset", values="close")
        values = (closes[list(held)] * [float(each) for each in held.values()]).sum(axis=1)
        returns, market = values.pct_change().dropna(), closes[1].pct_change().dropna()
        drawdown = (values / values.cummax() - 1).min()
        annual = float(np.prod(1 + returns)) ** (252 / len(returns)) - 1
        beta = returns.cov(market) / market.var()
        downside = np.sqrt((returns.clip(upper=0) ** 2).mean()) * 252**0.5
        total = values.iloc[-1] / values.iloc[0] - 1
        return Response(
            {
                "total_return": f"{total * 100:.4f}",
                "annualized_return": f"{annual * 100:.2f}",
                "volatility": f"{returns.std() * 252**0.5 * 100:.2f}",
                "sharpe_ratio": f"{returns.mean() / returns.std() * 252**0.5:.2f}",
                "max_drawdown": f"{drawdown * 100:.2f}",
                "var_95": f"{returns.quantile(0.05) * values.iloc[-1]:.2f}",
                "beta": f"{beta:.2f}",
                "alpha": f"{(returns.mean() - beta * market.mean()) * 25200:.2f}",
                "sortino_ratio": f"{returns.mean() * 252 / downside:.2f}",
                "calmar_ratio": f"{annual / -drawdown:.2f}",
                "start_date": str(closes.index[0]),
                "end_date": str(closes.index[-1]),
                "days_analyzed": (closes.index[-1] - closes.index[0]).days,
            }
        )


class PositionView(viewsets.ModelViewSet):
    """Positions of the user."""

    serializer_class = PositionSerializer

    def get_queryset(self) -> "QuerySet[Position]":
        """Return the user's positions, of one portfolio if one is asked for."""
        positions = Position.objects.filter(portfolio__owner=self.request.user)
        if chosen := self.request.query_params.get("portfolio_id"):
            positions = positions.filter(portfolio_id=chosen)
        return positions.select_related("asset", "portfolio").order_by("id")


class TransactionView(viewsets.ModelViewSet):
    """Purchases of the user."""

    serializer_class = TransactionSerializer
    queryset = Transaction.objects.all()

    @transaction.atomic
    def perform_create(self, serializer: Any) -> None:
        """Store a purchase, and put it into its position."""
        bought = serializer.save()
        position = Position.objects.select_for_update().get(
            portfolio=bought.portfolio, asset=bought.asset, portfolio__owner=self.request.user
        )
        cost = position.quantity * position.average_cost + bought.quantity * bought.price
        position.quantity += bought.quantity
        position.average_cost = (cost / position.quantity).quantize(Decimal("1e-8"))
        position.save()


_router = routers.DefaultRouter()
_router.register("portfolios", PortfolioView, "portfolio")
_router.register("positions", PositionView, "position")
_router.register("transactions", TransactionView)
urlpatterns = [path("api/", include(_router.urls))]
