"""What analytics' worker does besides hearing and telling of events."""
