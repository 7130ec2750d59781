"""The public routes of analytics, one file a resource."""

from services.analytics.routes import metrics

BLUEPRINTS = (metrics.blueprint,)
