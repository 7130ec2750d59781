"""DEGIRO's account statement in English, German or Dutch: dividends, taxes, fees, interest, cash.

Trades with their fees are left to the transactions (`degiro`), whose totals have them. A row says
in a sentence what it is, and has the currency before the amount, which has no title.

Cash lies in an account of DEGIRO's bank: what is swept there and back stays inside, and what is
reserved for a deposit or a withdrawal is booked again. What comes in a foreign currency is
converted soon after, by two rows of one moment: that is its rate.
"""

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from services.portfolio.domain.ledger_files.cells import Cells
from services.portfolio.domain.ledger_files.layouts import Layout, Line
from services.portfolio.domain.ledger_files.rows import LedgerRow
from shared.files import Column
from shared.finance.entries import EntryType as T
from shared.finance.money import EXACT, round_to

_TRADES: Final = "Trades and their fees: they stand in the transactions (format=degiro)."
_ACTIONS: Final = "Corporate actions: their pieces stand in the transactions (format=degiro)."
_CONVERSIONS: Final = "Conversions between currencies."
_SWEEPS: Final = "Transfers between DEGIRO and its bank, and its cash funds."
_RESERVED: Final = "Reservations of deposits and withdrawals, which are booked again."
_NO_MONEY: Final = "Lines without an amount, and the rest of broken lines."

# How a description begins, in lower case → what it is; the first that fits counts.
_SKIPPED: Final = (
    (_RESERVED, r"reserv|processed flatex withdrawal|laufende auszahlung"),
    (
        _SWEEPS,
        r"(degiro|flatex) cash sweep|transfer (from|to) your cash account"
        r"|overboeking (van|naar) uw geldrekening|überweisung auf ihr geldkonto"
        r"|auszahlung von ihrem geldkonto|money market fund conversion"
        r"|geldmarktfonds umwandlung|conversie geldmarktfonds",
    ),
    (
        _CONVERSIONS,
        r"fx (credit|debit)|currency exchange|währungswechsel|valuta (creditering|debitering)",
    ),
    (
        _TRADES,
        r"(buy|sell|kauf|verkauf|koop|verkoop) [\d.,]|degiro transaction fee|degiro transaction"
        r" and|transaktionsgebühr|degiro transaktionsgebühr|degiro transactiekosten",
    ),
    (_ACTIONS, r"[^:]*: ?(buy|sell|kauf|verkauf|koop|verkoop) |(stock split|aktiensplit)"),
)
_READ: Final = (
    ("dividend tax", r"dividend tax|dividendensteuer|dividendbelasting"),
    ("dividend", r"dividende?$|fund distribution|fondsausschüttung|ausschüttung"),
    (
        "interest",
        r"(flatex )?(interest|zinsen|rente)\b|geldmarktfonds (preisänderung|kompensation)",
    ),
    (
        "deposit",
        r"((sofort|ideal|flatex|flatex instant) )?(deposit|einzahlung|storting)$|soforteinzahlung",
    ),
    ("withdrawal", r"((ideal|flatex) )?(withdrawal|auszahlung|terugstorting)$"),
    (
        "fee",
        r"adr/gdr|(de)?giro exchange connection|connectivity fee|degiro aansluitingskosten"
        r"|einrichtung von( handelsmodalitäten)?|sofort zahlungsgebühr|gebühr für ausübung",
    ),
    ("promotion", r"degiro courtesy|degiro verrekening|verrekening|rabatt|gutschrift"),
    ("transaction tax", r"französische transaktionssteuer|transactiebelasting|.*stamp duty"),
)
_CONVERTED: Final = next(re.compile(it) for reason, it in _SKIPPED if reason is _CONVERSIONS)
_SKIPS: Final = tuple((reason, re.compile(pattern)) for reason, pattern in _SKIPPED)
_WORDS: Final = tuple((word, re.compile(pattern)) for word, pattern in _READ)


_RATE_PLACES: Final = 12


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
    description = " ".join(texts.get("notes", "").split()).lower()
    return bool(_CONVERTED.match(description)) and not texts.get("order_id", "").strip()


def _oldest_first(lines: Sequence[Line]) -> Sequence[Line]:
    days = [texts.get("date", "").strip().split("-")[::-1] for _, texts in lines]
    days = [day for day in days if len(day) == len(("year", "month", "day"))]
    return lines[::-1] if days and days[0] > days[-1] else lines


def _finished(row: LedgerRow, cells: Cells) -> LedgerRow:
    sold, bought, base = cells.number("sold"), cells.number("bought"), cells.currency("base")
    if not sold or not bought or base in (None, row.currency):
        return row
    rate = round_to(EXACT.abs(EXACT.divide(bought, sold)), _RATE_PLACES)
    return replace(row, exchange_rate=rate, rate_into=base) if rate else row


def _adapted(texts: dict[str, str]) -> dict[str, str] | str:
    if not texts.get("amount", "").strip() or not texts.get("date", "").strip():
        return _NO_MONEY
    description = " ".join(texts.get("notes", "").split()).lower()
    for reason, pattern in _SKIPS:
        if pattern.match(description):
            return reason
    words = (word for word, pattern in _WORDS if pattern.match(description))
    return {**texts, "transaction_type": next(words, texts.get("notes", ""))}


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
    types={"dividend": T.DIVIDEND, "interest": T.INTEREST},
    by_sign={
        "dividend tax": (T.TAX_REFUND, T.TAX),
        "transaction tax": (T.TAX_REFUND, T.TAX),
        "fee": (T.FEE_REFUND, T.FEE),
        "promotion": (T.FEE_REFUND, T.FEE),
        "deposit": (T.DEPOSIT, T.WITHDRAWAL),
        "withdrawal": (T.DEPOSIT, T.WITHDRAWAL),
    },
    not_read=(*(reason for reason, _ in _SKIPPED), _NO_MONEY),
    left_out=("Value date", "Valutadatum", "Balance", "Saldo"),
    date_format="DD-MM-YYYY",
    prepared=_prepared,
    adapted=_adapted,
    finished=_finished,
)  # fmt: skip
