"""Its application, `application`, and what fills it, `python -m tests.load.peer.app`.

`PEER_DATABASE_URL` names its PostgreSQL.
"""

import os
from datetime import date
from decimal import Decimal
from urllib.parse import urlsplit

import django
from django.conf import settings

_database = urlsplit(os.environ["PEER_DATABASE_URL"])
settings.configure(
    SECRET_KEY="peer",
    ALLOWED_HOSTS=["*"],
    ROOT_URLCONF="tests.load.peer.views",
    USE_TZ=True,
    INSTALLED_APPS=[
        "django.contrib.auth",
        "django.contrib.contenttypes",
        "rest_framework",
        "rest_framework.authtoken",
        "tests.load.peer",
    ],
    DATABASES={
        "default": {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": _database.path[1:],
            "USER": _database.username,
            "PASSWORD": _database.password,
            "HOST": _database.hostname,
            "PORT": _database.port,
            "CONN_MAX_AGE": 600,
        }
    },
    DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
    REST_FRAMEWORK={
        "DEFAULT_AUTHENTICATION_CLASSES": ["rest_framework.authentication.TokenAuthentication"],
        "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
        "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
        "DEFAULT_PAGINATION_CLASS": "rest_framework.pagination.PageNumberPagination",
        "PAGE_SIZE": 50,
    },
)
django.setup()


def fill(portfolios: int = 20, assets: int = 50, days: int = 2520) -> str:
    """Make its tables and as many rows as the product is given; return the user's token."""
    import numpy as np  # noqa: PLC0415  # Django's models can be imported only now, so all are here
    import pandas as pd  # noqa: PLC0415
    from django.contrib.auth.models import User  # noqa: PLC0415
    from django.core.management import call_command  # noqa: PLC0415
    from rest_framework.authtoken.models import Token  # noqa: PLC0415

    from tests.load.peer.models import Asset, Portfolio, Position, Price  # noqa: PLC0415

    # Its own tables name those of the libraries, which must be there first.
    for own in (False, True):
        call_command("migrate", verbosity=0, run_syncdb=own)
    moves = np.random.default_rng(7).normal(3e-4, 0.015, (days, assets))
    closes = 100 * np.exp(np.cumsum(moves, axis=0))
    first = date(2014, 1, 1)
    dates = [day.date() for day in pd.bdate_range(first, periods=days)]
    made = Asset.objects.bulk_create(
        Asset(
            symbol=f"P{number}",
            name=f"Peer {number}",
            current_price=Decimal(f"{closes[-1, number]:.2f}"),
            previous_close=Decimal(f"{closes[-2, number]:.2f}"),
        )
        for number in range(assets)
    )
    for number, asset in enumerate(made):
        Price.objects.bulk_create(
            Price(asset=asset, date=day, close=Decimal(f"{closes[row, number]:.4f}"))
            for row, day in enumerate(dates)
        )
    user = User.objects.create_user("demo", password="demo")
    for number in range(portfolios):
        portfolio = Portfolio.objects.create(owner=user, name=f"Portfolio {number}")
        Position.objects.bulk_create(
            Position(
                portfolio=portfolio,
                asset=asset,
                quantity=10 + row,
                average_cost=Decimal("90"),
                first_purchase_date=first,
            )
            for row, asset in enumerate(made)
        )
    return str(Token.objects.create(user=user).key)


if __name__ == "__main__":
    print(fill())
else:
    from django.core.wsgi import get_wsgi_application

    application = get_wsgi_application()
