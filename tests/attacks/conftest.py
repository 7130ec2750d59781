"""The gateway, as its own tests have it."""

from tests.gateway.conftest import running_site, site

__all__ = ["running_site", "site"]
