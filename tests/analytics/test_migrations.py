"""The migrations that move data."""

import psycopg
from alembic import command

from shared import migrations
from shared.testing.stand import create_database


def test_the_days_of_every_portfolio_are_taken_anew_once_the_release_before_is_gone(
    postgres_url: str,
) -> None:
    url = create_database(postgres_url, "analytics")
    migrations.upgrade("analytics", url)
    command.downgrade(migrations.config("analytics", url), "0006")
    with psycopg.connect(url) as connection:
        connection.execute(
            "INSERT INTO portfolios (id, owner_id, name, currency, cost_basis_method, sequence)"
            " VALUES (7, 1, 'Growth', 'USD', 'AVERAGE', 1)"
        )
    migrations.upgrade("analytics", url)
    with psycopg.connect(url) as connection:
        marks = connection.execute(
            "SELECT portfolio_id, since::text, marked_at > now() FROM revaluation_marks"
        )
        assert marks.fetchall() == [(7, "0001-01-01", True)]
