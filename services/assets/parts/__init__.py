"""What assets' worker does besides hearing and telling of events."""
