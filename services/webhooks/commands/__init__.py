"""What changes webhooks and alerts. Commands never commit."""
