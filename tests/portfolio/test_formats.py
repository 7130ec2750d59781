"""A year at each broker and in each program, as its files tell it."""

from typing import Any

import pytest

from services.portfolio.domain import ledger_files
from shared.testing import Stand
from tests.portfolio.build import User, adopt_pair
from tests.portfolio.filing import imported, listed
from tests.portfolio.owning import Assets
from tests.portfolio.years import DOLLARS_FOR_A_EURO, EXAMPLES, YEARS, Year

PAIR = 9000


@pytest.fixture
def stand(knowing_nothing: Stand) -> Stand:
    adopt_pair(knowing_nothing, PAIR, "EURUSD", {"2022-01-01": DOLLARS_FOR_A_EURO})
    return knowing_nothing


def read(user: User, portfolio: int, file: str, format_: str, **query: Any) -> dict[str, Any]:
    type_ = ledger_files.layout_of(format_).content_type
    content = (EXAMPLES / file).read_bytes()
    query |= {"format": format_, "create_missing": True, "content_type": type_}
    return imported(user, portfolio, content, **query)


@pytest.mark.parametrize("year", YEARS.values(), ids=YEARS)
def test_a_year_of_each_format(ann: User, assets: Assets, year: Year) -> None:
    portfolio = ann.portfolio(currency=year.currency)
    files = year.formats.items()
    first, format_ = next(iter(files))
    preview = read(ann, portfolio, first, format_, dry_run=True)
    assert assets.stand.events() == []
    answers = [read(ann, portfolio, *file) for file in files]
    assert preview["created"] == answers[0]["created"]
    assert sum(answer["created"] for answer in answers) == len(year.entries)
    assert sum(answer["skipped"] for answer in answers) == year.skipped
    counted = year.counted()
    totals = ann.totals(portfolio)
    assert totals["cash_balance"] == counted.cash
    assert totals["realized_gain_loss"] == counted.realized
    assert totals["income"] == counted.income
    found = ann.get(f"/api/positions/?portfolio_id={portfolio}&include_closed=true")["results"]
    assert {
        row["asset"]["symbol"]: (row["quantity"], row["base"]["total_cost_basis"]) for row in found
    } == counted.positions
    for answer, file in zip(answers, files, strict=True):
        again = read(ann, portfolio, *file)
        assert (again["created"], again["skipped"]) == (0, answer["created"] + answer["skipped"])
    for answer in reversed(answers):
        ann.delete(f"/api/transactions/imports/{answer['import_id']}/")
    assert listed(ann) == []
    left = ann.totals(portfolio)
    assert (left["cash_balance"], left["total_cost_basis"], left["income"]) == ("0.00",) * 3


def test_every_format_has_a_year_with_all_that_it_can_have() -> None:
    formats = {name for year in YEARS.values() for name in year.formats.values()}
    assert formats == ledger_files.FORMATS.keys()
    files = {file for year in YEARS.values() for file in year.formats}
    assert files == {path.name for path in EXAMPLES.iterdir()}
    for year in YEARS.values():
        kinds = {entry.kind.partition("_")[0].lower() for entry in year.entries}
        assert {"buy", "sell"} <= kinds
        has = {"dividend", "split", "transfer"} & kinds
        assert has | year.lacks.keys() == {"dividend", "split", "transfer"}
        assert not has & year.lacks.keys()
