"""Ways out of webhooks: to receivers and owners, and to the key that lies beside the service."""
