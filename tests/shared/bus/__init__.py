"""The event bus, on both brokers, really running."""
