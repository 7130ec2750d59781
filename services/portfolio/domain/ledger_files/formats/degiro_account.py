"""DEGIRO's account statement in English, German or Dutch: dividends, taxes, fees, interest, cash.

Trades with their fees are left to the transactions (`degiro`), whose totals have them. A row says
in a sentence what it is, and has the currency before the amount, which has no title.

Cash lies in an account of DEGIRO's bank: what is swept there and back stays inside, and what is
reserved for a deposit or a withdrawal is booked again. What comes in a foreign currency is
converted soon after, by two rows of one moment: that is its rate.
"""

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Final, TypeVar

from services.portfolio.domain.ledger_files.cells import Cells
from services.portfolio.domain.ledger_files.formats.account_money import rated
from services.portfolio.domain.ledger_files.layouts import RATE_PLACES, Layout, Line
from services.portfolio.domain.ledger_files.rows import LedgerRow
from shared.files import Column
from shared.finance.entries import EntryType as T
from shared.finance.money import EXACT, round_to

Meaning = TypeVar("Meaning")

_TRADES: Final = "Trades and their fees: they stand in the transactions (format=degiro)."
_ACTIONS: Final = "Corporate actions: their pieces stand in the transactions (format=degiro)."
_CONVERSIONS: Final = "Conversions between currencies."
_SWEEPS: Final = "Transfers between DEGIRO and its bank, and its cash funds."
_RESERVED: Final = "Reservations of deposits and withdrawals, which are booked again."
_NO_MONEY: Final = "Lines without an amount, and the rest of broken lines."

# How a row's sentence begins, in lower case; the longest beginning counts.
_SKIPPED: Final = {
    _RESERVED: (
        "reservation",
        "reservering",
        "reservierung",
        "processed flatex withdrawal",
        "laufende auszahlung",
    ),
    _SWEEPS: (
        "degiro cash sweep transfer",
        "flatex cash sweep transfer",
        "transfer from your cash account",
        "transfer to your cash account",
        "overboeking van uw geldrekening",
        "overboeking naar uw geldrekening",
        "überweisung auf ihr geldkonto",
        "auszahlung von ihrem geldkonto",
        "money market fund conversion",
        "geldmarktfonds umwandlung",
        "conversie geldmarktfonds",
    ),
    _CONVERSIONS: (
        "fx credit",
        "fx debit",
        "currency exchange",
        "währungswechsel",
        "valuta creditering",
        "valuta debitering",
    ),
    _TRADES: (
        "buy",
        "sell",
        "kauf",
        "verkauf",
        "koop",
        "verkoop",
        "degiro transaction fee",
        "degiro transaction and",
        "transaktionsgebühr",
        "degiro transaktionsgebühren",
        "degiro transactiekosten",
    ),
    _ACTIONS: ("corporate action", "stock split", "aktiensplit"),
}
_READ: Final = {
    T.DIVIDEND: ("dividend", "dividende", "fund distribution", "fondsausschüttung", "ausschüttung"),
    T.INTEREST: (
        "interest",
        "zinsen",
        "rente",
        "flatex interest",
        "flatex zinsen",
        "geldmarktfonds preisänderung",
        "geldmarktfonds kompensation",
    ),
}
_BY_SIGN: Final = {
    (T.TAX_REFUND, T.TAX): ("dividend tax", "dividendensteuer", "dividendbelasting",
                            "französische transaktionssteuer", "transactiebelasting",
                            "london/dublin stamp duty", "hong kong stamp duty"),
    (T.FEE_REFUND, T.FEE): ("adr/gdr", "degiro exchange connection fee",
                            "giro exchange connection fee", "connectivity fee",
                            "degiro aansluitingskosten", "einrichtung von", "sofort zahlungsgebühr",
                            "gebühr für ausübung", "degiro courtesy", "degiro verrekening",
                            "verrekening", "rabatt", "gutschrift"),
    (T.DEPOSIT, T.WITHDRAWAL): ("deposit", "einzahlung", "storting", "ideal deposit",
                                "ideal storting", "sofort deposit", "sofort einzahlung",
                                "soforteinzahlung", "flatex deposit", "flatex einzahlung",
                                "flatex storting", "flatex instant deposit", "withdrawal",
                                "auszahlung", "terugstorting", "flatex withdrawal",
                                "flatex auszahlung", "flatex terugstorting",
                                "ideal terugstorting"),
}  # fmt: skip


def _by_word(words: Mapping[Meaning, Sequence[str]]) -> dict[str, Meaning]:
    return {word: meaning for meaning, of_one in words.items() for word in of_one}


_SKIPS: Final = _by_word(_SKIPPED)
_TYPES: Final = _by_word(_READ)
_SIGNED: Final = _by_word(_BY_SIGN)
_BEGINNING: Final = re.compile(
    "(?:{})\\b".format(
        "|".join(map(re.escape, sorted({*_SKIPS, *_TYPES, *_SIGNED}, key=len, reverse=True)))
    )
)
# "ISIN-ÄNDERUNG: Kauf 3 zu je 5 EUR", "PRODUCTWIJZIGING : Koop 500 @ 0,039 EUR"
_ACTION: Final = re.compile(r"[^:]*: ?(buy|sell|kauf|verkauf|koop|verkoop)\b")


def _word(texts: Mapping[str, str]) -> str:
    """Return how the sentence of a row begins; all of it where that is not known."""
    sentence = " ".join(texts.get("notes", "").split())
    if found := _BEGINNING.match(sentence.lower()):
        return found[0]
    return "corporate action" if _ACTION.match(sentence.lower()) else sentence


def _prepared(lines: Sequence[Line]) -> list[Line]:
    """Return rows that know how what they are in was converted, at the next time or the last."""
    moments: defaultdict[tuple[str, str], list[dict[str, str]]] = defaultdict(list)
    for _, texts in lines:
        if _is_conversion(texts):
            moments[texts.get("date", ""), texts.get("time", "")].append(texts)
    rates: dict[str, dict[str, str]] = {}
    waiting: defaultdict[str, list[int]] = defaultdict(list)
    known: dict[int, dict[str, str]] = {}
    for line, texts in _oldest_first(lines):
        currency = texts.get("currency", "").strip()
        if not _is_conversion(texts):
            waiting[currency].append(line)
        elif texts.get("fx", "").strip():
            legs = moments[texts.get("date", ""), texts.get("time", "")]
            others = [leg for leg in legs if leg.get("currency", "").strip() != currency]
            if len(others) == 1:
                rates[currency] = {
                    "sold": texts.get("amount", ""),
                    "bought": others[0].get("amount", ""),
                    "base": others[0].get("currency", ""),
                }
                known |= dict.fromkeys(waiting.pop(currency, []), rates[currency])
    for currency, left in waiting.items():
        known |= dict.fromkeys(left, rates.get(currency, {}))
    return [(line, {**texts, **known.get(line, {})}) for line, texts in lines]


def _is_conversion(texts: dict[str, str]) -> bool:
    """Return whether a row is a conversion of money, not of what a trade costs."""
    return _SKIPS.get(_word(texts)) is _CONVERSIONS and not texts.get("order_id", "").strip()


def _oldest_first(lines: Sequence[Line]) -> Sequence[Line]:
    days = [texts.get("date", "").strip().split("-")[::-1] for _, texts in lines]
    days = [day for day in days if len(day) == len(("year", "month", "day"))]
    return lines[::-1] if days and days[0] > days[-1] else lines


def _finished(row: LedgerRow, cells: Cells) -> LedgerRow:
    sold, bought, base = cells.number("sold"), cells.number("bought"), cells.currency("base")
    if not sold or not bought:
        return row
    rate = round_to(EXACT.abs(EXACT.divide(bought, sold)), RATE_PLACES)
    return rated(row, rate, base)


def _adapted(texts: dict[str, str]) -> dict[str, str] | str:
    if not texts.get("amount", "").strip() or not texts.get("date", "").strip():
        return _NO_MONEY
    return {**texts, "transaction_type": _word(texts)}


LAYOUT: Final = Layout(
    name="degiro_account",
    program="DEGIRO's account statement (CSV), in English, German or Dutch",
    columns=(
        Column("date", ["datum"]),
        Column("time", ["uhrzeit", "uhrze", "tijd"]),
        Column("asset_name", ["product", "produkt"]),
        Column("isin"),
        Column("fx"),
        Column("order_id", ["order id"]),
        Column("notes", ["description", "beschreibung", "omschrijving"]),
        Column("currency", ["change", "änderung", "mutatie"]),
        Column("amount", ["change currency", "änderung currency", "mutatie currency"],
               is_number=True),
    ),
    needed=("date", "notes", "currency", "amount"),
    types=_TYPES,
    by_sign=_SIGNED,
    skips=_SKIPS,
    not_read=(_NO_MONEY,),
    left_out=("Value date", "Valutadatum", "Balance", "Saldo"),
    date_format="DD-MM-YYYY",
    prepared=_prepared,
    adapted=_adapted,
    finished=_finished,
)  # fmt: skip
