"""DEGIRO's transactions (not its account statement): trades, in English, German or Dutch.

The quantity is negative where pieces were sold. Each amount has its currency in the column behind
it, which has no title.
"""

from typing import Final

from services.portfolio.domain.ledger_files.cells import Cells
from services.portfolio.domain.ledger_files.formats.account_money import in_asset_money
from services.portfolio.domain.ledger_files.layouts import Layout
from services.portfolio.domain.ledger_files.rows import LedgerRow
from shared.files import Column


def _adapted(texts: dict[str, str]) -> dict[str, str]:
    is_sold = texts.get("quantity", "").strip().startswith("-")
    return {**texts, "transaction_type": "sell" if is_sold else "buy"}


def _finished(row: LedgerRow, cells: Cells) -> LedgerRow:
    return in_asset_money(row, cells.currency("asset_currency"))


LAYOUT: Final = Layout(
    name="degiro",
    program="DEGIRO's transactions (CSV), in English, German or Dutch",
    columns=(
        Column("date", ["datum"]),
        Column("time", ["uhrzeit", "tijd"]),
        Column("asset_name", ["product", "produkt"]),
        Column("isin"),
        Column("quantity", ["anzahl", "aantal"], is_number=True),
        Column("price", ["kurs", "koers"], is_number=True),
        Column("asset_currency", ["price currency", "kurs currency", "koers currency"]),
        Column("fees", ["transaction and or third", "transaction and or third party fees eur",
                        "transaction costs", "transaktionsgebühren",
                        "transaktionsgebühren und oder fremdkosten eur", "transactiekosten en of",
                        "transactiekosten en of kosten van derden eur"],
               is_number=True),
        Column("amount",
               ["total", "total eur", "gesamt", "gesamt eur", "totaal", "totaal eur"],
               is_number=True),
        Column("currency", ["total currency", "gesamt currency", "totaal currency"]),
    ),
    needed=("date", "quantity", "amount"),
    left_out=("Reference", "Reference exchange", "Venue", "Local value", "Value", "Value EUR",
              "Exchange rate", "AutoFX Fee", "Order ID", "Referenzbörse", "Ausführungsort",
              "Wert in Lokalwährung", "Wert", "Wechselkurs", "Order-ID", "Beurs",
              "Uitvoeringsplaats", "Lokale waarde", "Waarde", "Wisselkoers", "Wert EUR",
              "AutoFX-Gebühr", "Waarde EUR", "AutoFX Kosten"),
    date_format="DD-MM-YYYY",
    currency="EUR",
    adapted=_adapted,
    finished=_finished,
)  # fmt: skip
