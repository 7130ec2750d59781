"""The public routes of auth, one file a resource."""

from services.auth.routes import login, me, service_tokens, tokens, users

BLUEPRINTS = (
    login.blueprint,
    tokens.blueprint,
    me.blueprint,
    users.blueprint,
    service_tokens.blueprint,
)
