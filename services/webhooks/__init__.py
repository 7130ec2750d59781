"""Webhooks tells the world: subscriptions, deliveries, and the alert rules that people make."""
