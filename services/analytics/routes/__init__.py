"""The public routes of analytics, one file a resource."""

from services.analytics.routes import analytics, metrics, snapshots

BLUEPRINTS = (metrics.blueprint, analytics.blueprint, snapshots.blueprint)
