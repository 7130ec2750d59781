"""Portfolio Performance's words, in every language that it speaks: titles, and types of rows.

It writes its files in the user's language. None of the words means two things.
"""

from collections.abc import Mapping, Sequence
from typing import Final

from shared.finance.entries import EntryType as T

# fmt: off
# Column → its titles; the last two are known and not read.
TITLES: Final[Mapping[str, Sequence[str]]] = {
    "date": (
        "date", "datum", "data", "dato", "fecha", "päivämäärä", "дата", "i̇şlem tarihi", "ngày",
        "日期",
    ),
    "transaction_type": (
        "type", "typ", "tipus", "tipo", "tyyppi", "transactietype", "тип", "i̇şlem türü", "loại",
        "类型", "種類",
    ),
    "amount": (
        "value", "wert", "valor", "hodnota", "værdi", "arvo", "valeur", "valore",
        "waarde (netto)", "wartość", "значение", "tutarı", "giá trị", "净额", "金額",
    ),
    "currency": (
        "transaction currency", "buchungswährung", "moneda de la transacció", "transakční měna",
        "transaktionsvaluta", "divisa de la transacción", "tapahtuman valuutta",
        "devise de l'opération", "valuta  operazione", "transactievaluta", "waluta transakcji",
        "moeda da transação", "валюта транзакции", "para birimi", "tiền tệ giao dịch", "账目货币",
        "交易貨幣",
    ),
    "gross": (
        "gross amount", "bruttobetrag", "valor brut", "hrubá výše", "bruttobeløb", "valor bruto",
        "määrä (brutto)", "montant brut", "importo lordo", "waarde (bruto)", "kwota brutto",
        "валовая сумма", "brüt tutar", "tổng số tiền", "总额", "總額",
    ),
    "asset_currency": (
        "currency gross amount", "währung bruttobetrag", "import brut de la divisa",
        "měna v hrubé výši", "valuta bruttobeløb", "divisa del importe bruto",
        "valuutta (brutto)", "montant brut en devise", "importo lordo valuta", "valuta (bruto)",
        "kwota waluty brutto", "valor bruto em moeda", "валюта сумма (брутто)",
        "döviz brüt tutarı", "tiên tệ của tổng số tiền", "总额货币", "貨幣總額",
    ),
    "fees": (
        "fees", "gebühren", "comissions", "poplatky", "gebyrer", "comisiones", "kulut", "frais",
        "commissioni", "kosten", "opłaty", "comissões", "taxas", "сборы", "komisyon", "phí",
        "费用", "費用",
    ),
    "taxes": (
        "taxes", "steuern", "impostos", "daně", "skatter", "impuestos", "verot", "impôts / taxes",
        "tasse", "belasting", "podatki", "налоги", "vergiler", "thuế", "税款", "稅款",
    ),
    "quantity": (
        "shares", "stück", "quantitat", "akcie", "aktier", "cantidad", "osuuksia", "parts",
        "azioni", "aantal", "akcje", "quantidade", "акций", "hisse senetleri", "cổ phiếu", "份额",
        "股份",
    ),
    "isin": (
        "isin",
    ),
    "symbol": (
        "ticker symbol", "ticker-symbol", "símbol del ticker", "označení tickeru",
        "værdipapirkode", "símbolo del ticker", "osaketikkeri", "symbole boursier",
        "simbolo titolo", "tickersymbool", "symbol giełdowy waloru", "símbolo ticker",
        "símbolo do ativo", "тикер", "hisse kodu", "mã chứng khoán", "证券代码", "證券編號",
    ),
    "asset_name": (
        "security name", "wertpapiername", "nom del valor", "jméno cenného papíru",
        "værdipapirnavn", "nombre del valor", "arvopaperin nimi", "nom du titre", "nome titolo",
        "effect", "nazwa waloru", "nome do título", "nome do ativo", "имя ценной бумаги",
        "güvenilir ad", "tên chứng khoán", "证券名称", "證券名稱",
    ),
    "notes": (
        "note", "notiz", "nota", "poznámka", "bemærkning", "kommentti", "opmerking", "uwaga",
        "заметка", "notlar", "ghi chú", "备注", "備註",
    ),
    "rate": (
        "exchange rate", "wechselkurs", "tipus de canvi", "směnný kurz", "vekselkurs",
        "tipo de cambio", "vaihtokurssi", "taux de change", "tasso di cambio", "wisselkoers",
        "kurs wymiany", "taxas de câmbio", "taxa de câmbio", "курс", "döviz kuru", "tỉ giá",
        "汇率", "匯率",
    ),
    "wkn": (
        "wkn", "hafta sonu",
    ),
}
# Type and the sign of its amount → its words. A transfer between cash accounts has the words of one
# between securities accounts.
WORDS: Final[Mapping[tuple[T, int], Sequence[str]]] = {
    (T.BUY, -1): (
        "buy", "kauf", "compra", "nákup", "køb", "osto", "achat", "aankoop", "kupno", "comprar",
        "покупка", "kúpa", "satın alınan", "al", "mua", "买入", "買入",
    ),
    (T.SELL, 1): (
        "sell", "verkauf", "venda", "prodej", "sælg", "venta", "myynti", "vente", "vendi",
        "verkoop", "sprzedaj", "sprzedaż", "vender", "продажа", "predaj", "sat", "bán", "卖出",
        "賣出",
    ),
    (T.TRANSFER_IN, 1): (
        "delivery (inbound)", "transfer (inbound)", "einlieferung", "umbuchung (eingang)",
        "lliurament (entrada)", "transferència (entrada)", "traspàs (entrada)", "připsání cp",
        "převod (příchozí)", "levering (indgående)", "overfør (intern)", "entrega (entrante)",
        "transferencia (entrada)", "traspaso (entrada)", "toimitus (saapuva)", "siirto (saapuva)",
        "distribution (entrante)", "transfert (entrant)", "trasferimento titoli (in entrata)",
        "trasferimento (in entrata)", "inkomende levering", "inkomende overboeking",
        "dostawa (przychodząca)", "transfer (przychodzący)", "entrega (entrada)",
        "transferência (entrada)", "bonificação (recebimento)", "перевод (входящий)",
        "prevod cp (prichádzajúce)", "prevod (prichádzajúci)", "temettü (giriş)",
        "virman (gelen)", "hesaba transfer (giriş)", "giao (đến)", "chuyển tiền (đến)",
        "chuyển (đến)", "转入证券", "转入", "交付（入庫）", "轉入",
    ),
    (T.TRANSFER_OUT, -1): (
        "delivery (outbound)", "transfer (outbound)", "auslieferung", "umbuchung (ausgang)",
        "lliurament (sortida)", "transferència (sortida)", "traspàs (sortida)", "odepsání cp",
        "převod (odchozí)", "levering (udgående)", "overfør (ekstern)", "entrega (saliente)",
        "transferencia (salida)", "traspaso (salida)", "toimitus (lähtevä)", "siirto (lähtevä)",
        "distribution (sortante)", "transfert (sortant)", "trasferimento titoli (in uscita)",
        "trasferimento (in uscita)", "uitgaande levering", "uitgaande overboeking",
        "dostawa (wychodząca)", "transfer (wychodzący)", "entrega (saída)",
        "transferência (saída)", "bonificação (saída)", "перевод (исходящий)",
        "prevod cp (odchádzajúce)", "prevod (odchádzajúci)", "temettü (çıkış)", "virman (giden)",
        "hesaba transfer (çıkış)", "giao (đi)", "chuyển tiền (đi)", "chuyển (đi)", "转出证券",
        "转出", "交付（出庫）", "轉出",
    ),
    (T.DIVIDEND, 1): (
        "dividend", "dividende", "dividendy", "udbytte", "dividendo", "osinko", "dividendes",
        "dywidenda", "дивиденд", "dividenda", "temettü", "cổ tức", "股息",
    ),
    (T.INTEREST, 1): (
        "interest", "zinsen", "interés", "úrok", "renteindtægter", "intereses", "korko",
        "intérêts", "interessi", "creditrente", "odsetki", "juros", "процент", "úroky", "faiz",
        "lãi", "利息",
    ),
    (T.INTEREST, -1): (
        "interest charge", "zinsbelastung", "càrrec per interessos", "úrokový poplatek",
        "renteudgifter", "cargo por intereses", "korkoveloitus", "frais d'intérêts",
        "interessi passivi", "debetrente", "opłata odsetkowa", "encargos de juros",
        "возврат процента", "poplatok z úroku", "faiz giderleri", "lãi phải trả", "利息支出",
        "利息費用",
    ),
    (T.FEE, -1): (
        "fees", "gebühren", "comissions", "poplatky", "gebyrer", "comisiones", "kulut", "frais",
        "commissioni", "kosten", "opłaty", "comissões", "taxas", "сборы", "masraflar", "phí",
        "费用", "費用",
    ),
    (T.FEE_REFUND, 1): (
        "fees refund", "gebührenerstattung", "reemborsament de comissions", "vratka poplatku",
        "refunderede gebyrer", "reembolso de comisiones", "kulujen hyvitys",
        "remboursement de frais", "rimborso commissioni", "terugbetaling kosten", "zwrot opłat",
        "reembolso de comissões", "reembolso de taxas", "возврат сборов", "vrátenie poplatkov",
        "masraf i̇adeleri", "hoàn phí", "费用退款", "退費",
    ),
    (T.TAX, -1): (
        "taxes", "steuern", "impostos", "daně", "skatter", "impuestos", "verot", "impôts / taxes",
        "tasse", "belasting", "podatki", "налоги", "dane", "vergiler", "thuế", "税款", "稅款",
    ),
    (T.TAX_REFUND, 1): (
        "tax refund", "steuerrückerstattung", "devolució d'impostos", "daňová vratka",
        "tilbagebetalte skatter", "devolución de impuestos", "verohyvitys",
        "remboursement impôts / taxes", "rimborso tasse", "belastingteruggave", "zwrot podatku",
        "reembolso de impostos", "возврат налога", "vrátenie dane", "vergi iadesi", "hoàn thuế",
        "退税", "退稅",
    ),
    (T.DEPOSIT, 1): (
        "deposit", "einlage", "dipòsit", "vklad", "indsæt", "depósito", "talletus", "dépôt",
        "deposito", "storting", "depozyt", "пополнение", "para yatır", "gửi tiền", "存款",
    ),
    (T.WITHDRAWAL, -1): (
        "withdrawal", "removal", "entnahme", "retirada", "výběr", "hævning", "nosto", "retrait",
        "prelievo", "onttrekking", "wypłata", "levantamento", "saque", "списание", "výber",
        "para çek", "xóa", "取款", "提款",
    ),
}
# fmt: on
