"""One warning for each reason, with all the fields that it concerns."""

from dataclasses import dataclass

from shared.http.schemas import StrictSchema
from shared.http.warnings import Warnings


@dataclass(frozen=True)
class Remark:
    field: str
    code: str
    message: str


class AnswerSchema(StrictSchema):
    warnings = Warnings()


class OptionalSchema(StrictSchema):
    warnings = Warnings(optional=True)


def test_a_reason_is_said_once_with_every_field_in_the_order_they_came() -> None:
    none, few = ("no_benchmark", "No benchmark was asked for."), ("no_returns", "There is none.")
    remarks = [Remark("beta", *none), Remark("volatility", *few), Remark("alpha", *none)]
    assert AnswerSchema().dump({"warnings": [*remarks, remarks[0]]}) == {
        "warnings": [
            {
                "field": "beta",
                "fields": ["beta", "alpha"],
                "code": "no_benchmark",
                "message": "No benchmark was asked for.",
            },
            {
                "field": "volatility",
                "fields": ["volatility"],
                "code": "no_returns",
                "message": "There is none.",
            },
        ]
    }


def test_one_code_about_two_subjects_is_two_warnings() -> None:
    remarks = [
        {"field": "total_value", "code": "stale_price", "message": f"{symbol} is old."}
        for symbol in ("AAPL", "MSFT")
    ]
    found = AnswerSchema().dump({"warnings": remarks})["warnings"]
    assert [warning["message"] for warning in found] == ["AAPL is old.", "MSFT is old."]


def test_without_remarks_there_is_an_empty_list_or_where_it_is_optional_nothing() -> None:
    assert AnswerSchema().dump({"warnings": ()}) == {"warnings": []}
    assert OptionalSchema().dump({}) == {}
