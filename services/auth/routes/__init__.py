"""The public routes of auth, one file a resource."""

from services.auth.routes import login, tokens, users

BLUEPRINTS = (login.blueprint, tokens.blueprint, users.blueprint)
