"""The demo: real prices and exchange rates, and the ledgers of an invented user."""
