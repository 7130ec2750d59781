r"""Search that forgives one typing error, with nothing but an index over arrays of words.

Each asset keeps the terms under which it may be found; a query looks up a few terms of its own, so
that a shared term is a match and PostgreSQL's GIN index does the rest:

| the query against the word      | the asset keeps          | the query looks up          |
| ------------------------------- | ------------------------ | --------------------------- |
| begins it                       | `micro`, each beginning  | `micro`                     |
| is it                           | `=microsoft`             | `=microsoft`                |
| has another letter somewhere    | `mic_osoft`, each place  | `mic_osoft`, each place     |
| lacks a letter (`micrsoft`)     | `-micrsoft`, each place  | `-micrsoft`                 |
| has a letter too many           | `=microsoft`             | `=…`, each letter left out  |
| has two neighbours swapped      | `=microsoft`             | `=…`, each pair swapped     |

So a match is exact by construction; nothing is compared afterwards. (The idea of looking up
deletions instead of comparing words is Wolf Garbe's SymSpell.)
"""

import re
import unicodedata
from dataclasses import dataclass
from typing import Final

_WORD: Final = re.compile(r"[^\W_]+")
_SHORTEST_FORGIVING: Final = 4  # shorter words have too many neighbours
_LONGEST: Final = 24  # letters of a word that count


@dataclass(frozen=True)
class Wanted:
    """One word of a query.

    Attributes:
        whole: the term of an asset with this very word.
        begins: the term of an asset with a word that begins so.
        similar: the terms of assets with a word one typing error away.
    """

    whole: str
    begins: str
    similar: frozenset[str]

    @property
    def any(self) -> list[str]:
        """All terms, sorted: an asset with one of them matches."""
        return sorted({self.whole, self.begins, *self.similar})


def kept(symbol: str, name: str, isin: str | None = None) -> list[str]:
    """Return the terms under which an asset is found, sorted; an ISIN only as a whole."""
    terms = _kept_of_word(_folded(symbol))
    if isin:
        terms.add(f"={_folded(isin)}")
    for word in _words(name):
        terms |= _kept_of_word(word)
    return sorted(terms)


def wanted(query: str) -> list[Wanted]:
    """Return the words of a query; an asset matches when each of them does."""
    return [_wanted_of_word(word) for word in _words(query)]


def wanted_symbol(query: str) -> Wanted:
    """Return the whole query as one word, for symbols such as `VOD.L`."""
    return _wanted_of_word(_folded(query))


def _folded(text: str) -> str:
    """Return `text` without case and accents: "L'Oréal" → "l'oreal"."""
    parts = unicodedata.normalize("NFKD", text.strip().casefold())
    return "".join(part for part in parts if not unicodedata.combining(part))


def _words(text: str) -> list[str]:
    return list(dict.fromkeys(word[:_LONGEST] for word in _WORD.findall(_folded(text))))


def _kept_of_word(word: str) -> set[str]:
    terms = {word[:length] for length in range(1, len(word) + 1)} | {f"={word}"}
    if len(word) >= _SHORTEST_FORGIVING:
        terms.update(f"-{shorter}" for shorter in _shortened(word))
        terms.update(_blanked(word))
    return terms


def _wanted_of_word(word: str) -> Wanted:
    if len(word) < _SHORTEST_FORGIVING - 1:
        return Wanted(f"={word}", word, frozenset())
    similar = {f"-{word}"}
    similar.update(f"={shorter}" for shorter in _shortened(word))
    similar.update(f"={swapped}" for swapped in _swapped(word))
    similar.update(_blanked(word))
    return Wanted(f"={word}", word, frozenset(similar))


def _shortened(word: str) -> set[str]:
    return {word[:place] + word[place + 1 :] for place in range(len(word))}


def _blanked(word: str) -> set[str]:
    return {f"{word[:place]}_{word[place + 1 :]}" for place in range(len(word))}


def _swapped(word: str) -> set[str]:
    return {
        word[:place] + word[place + 1] + word[place] + word[place + 2 :]
        for place in range(len(word) - 1)
    }
