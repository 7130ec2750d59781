"""Ways out of webhooks: to the receivers, and to the key that lies beside the service."""
