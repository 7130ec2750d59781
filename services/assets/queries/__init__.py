"""What is read: SQL straight to what the schemas dump, one file a resource."""

from services.assets.queries import assets, cards, prices, rates, splits, trades

__all__ = ["assets", "cards", "prices", "rates", "splits", "trades"]
