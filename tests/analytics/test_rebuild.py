"""`python -m services.analytics rebuild`: afterwards everything is as the events made it."""

import pytest
from sqlalchemy import text

from services.analytics import replicas
from services.analytics.outside.owners import Owners
from shared.errors import Unavailable
from shared.identity import Signer
from shared.testing.stand import NOWHERE
from tests.analytics.conftest import Desk
from tests.analytics.test_projections import lived


def told(desk: Desk) -> list[int]:
    """Let much happen and be heard; return the portfolios."""
    return [lived(desk) for _ in range(3)]


def rebuilt(desk: Desk) -> str:
    return replicas.rebuild(desk.stand.database, desk.owners, lambda _: None)


def execute(desk: Desk, statement: str) -> None:
    with desk.stand.database.engine.begin() as connection:
        connection.execute(text(statement))


def test_a_rebuild_changes_nothing_that_the_events_made(desk: Desk) -> None:
    told(desk)
    before = desk.stored()
    assert rebuilt(desk) == "3 assets, 3 portfolios; 0 forgotten."
    assert desk.stored() == before


def test_a_rebuild_from_nothing_makes_the_same_tables(desk: Desk) -> None:
    told(desk)
    before = desk.stored()
    execute(desk, "TRUNCATE portfolios, assets CASCADE")
    rebuilt(desk)
    assert desk.stored() == before


def test_a_rebuild_mends_what_was_damaged(desk: Desk) -> None:
    told(desk)
    before = desk.stored()
    execute(desk, "UPDATE ledger_entries SET quantity = 1")
    execute(desk, "DELETE FROM price_years")
    execute(desk, "DELETE FROM splits")
    rebuilt(desk)
    assert desk.stored() == before


def test_a_rebuild_never_goes_back_behind_what_an_event_made(desk: Desk) -> None:
    told(desk)
    execute(desk, "UPDATE portfolios SET sequence = sequence + 1, name = 'newer'")
    rebuilt(desk)
    assert {row[2] for row in desk.stored()["portfolios"]} == {"newer"}


def test_a_rebuild_forgets_what_its_owner_no_longer_knows(desk: Desk) -> None:
    number, kept, _ = told(desk)
    asset = next(iter(desk.world.assets))
    del desk.world.portfolios[number], desk.world.assets[asset]
    assert rebuilt(desk) == "2 assets, 2 portfolios; 2 forgotten."
    deleted = [row[0] for row in desk.stored()["portfolios"] if row[6]]
    assert deleted == [number]
    assert asset not in [row[0] for row in desk.stored()["assets"]]
    assert desk.portfolio_metrics(kept)["currency"] == "EUR"


def test_events_go_on_where_a_rebuild_left_off(desk: Desk) -> None:
    number, *_ = told(desk)
    rebuilt(desk)
    desk.world.asked.clear()
    desk.world.change_portfolio(number, name="Later")
    desk.hear()
    assert (desk.world.asked, desk.stored()["portfolios"][0][2]) == ([], "Later")


def test_a_rebuild_says_how_far_it_is(desk: Desk) -> None:
    told(desk)
    lines: list[str] = []
    replicas.rebuild(desk.stand.database, desk.owners, lines.append)
    assert lines == ["3 assets.", "3 portfolios."]


def test_a_rebuild_without_an_owner_stops_and_loses_nothing(desk: Desk) -> None:
    told(desk)
    before = desk.stored()
    signer = Signer("analytics", desk.stand.keys / "analytics.pem")
    nobody = Owners({"portfolio": NOWHERE, "assets": NOWHERE}, signer)
    with pytest.raises(Unavailable):
        replicas.rebuild(desk.stand.database, nobody, lambda _: None)
    assert desk.stored() == before
