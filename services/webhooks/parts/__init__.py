"""What webhooks' worker does besides hearing and telling of events."""
