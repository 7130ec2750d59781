"""What is read: SQL straight to what the schemas dump, one file a resource."""

from services.assets.queries import assets, cards, of_imports, prices, rates, splits, trades

__all__ = ["assets", "cards", "of_imports", "prices", "rates", "splits", "trades"]
