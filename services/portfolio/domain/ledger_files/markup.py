"""XML as programs write it, read as a stream of bounded size.

A document type is refused before anything in it is read: without one there are no entities that
grow, and none that fetch. What nobody asks for is not kept.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final
from xml.parsers import expat

from shared.files import FileRefused

_BEGINNING: Final = 1000  # bytes
_CHUNK: Final = 1 << 16
_LONGEST: Final = 1 << 20  # bytes of a tag: it has to be in memory at once
_MOST: Final = 500_000  # elements that are kept; they take some 100 MB


@dataclass(slots=True, eq=False)
class Element:
    """An element.

    Attributes:
        line: where it begins in the file, from 1.
        attributes: those that are not empty.
        text: without outer blanks; of an element without children.
        children: those that were kept, in their order.
    """

    name: str
    line: int
    parent: "Element | None" = None
    attributes: dict[str, str] = field(default_factory=dict)
    text: str = ""
    children: list["Element"] = field(default_factory=list)

    def child(self, name: str) -> "Element | None":
        """Return the first child of a name."""
        return next((child for child in self.children if child.name == name), None)

    def all_of(self, names: frozenset[str]) -> Iterator["Element"]:
        """Yield the elements of some names inside this one, in the order of the file."""
        waiting = [self]
        while waiting:
            element = waiting.pop()
            if element.name in names:
                yield element
            waiting.extend(reversed(element.children))


def is_begun(content: bytes) -> bool:
    """Return whether a file begins as XML does."""
    return content[:_BEGINNING].lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<")


def parsed(content: bytes, is_kept: Callable[[str], bool]) -> Element:
    """Return the root of an XML file.

    Args:
        is_kept: whether elements of a name are kept, which the root is; one that is not goes with
            all that it has.

    Raises:
        FileRefused: it is no XML, has a document type, or is too large.
    """
    return _Reader(is_kept).root(content)


def numbered(elements: Sequence[Element]) -> list[int]:
    """Return the line of each element; its place, from 1, where two stand on one line."""
    lines = [element.line for element in elements]
    return lines if len(set(lines)) == len(lines) else list(range(1, len(lines) + 1))


class _Reader:
    def __init__(self, is_kept: Callable[[str], bool]) -> None:
        self._is_kept = is_kept
        self._root: Element | None = None
        self._open: Element | None = None
        self._left_out = 0  # how deep in an element that is not kept
        self._count = 0
        self._texts: list[str] = []
        self._parser = expat.ParserCreate()
        self._parser.buffer_text = True
        self._parser.StartDoctypeDeclHandler = self._refuse_doctype
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._text

    def root(self, content: bytes) -> Element:
        try:
            for start in range(0, len(content), _CHUNK):
                self._parser.Parse(content[start : start + _CHUNK], False)
                if start - self._parser.CurrentByteIndex > _LONGEST:
                    raise FileRefused(f"A tag of the file is longer than {_LONGEST} bytes.")
            self._parser.Parse(b"", True)
        except expat.ExpatError as error:
            reason = expat.ErrorString(error.code)
            raise FileRefused(f"Not an XML file: line {error.lineno}: {reason}.") from error
        if self._root is None:  # which the parser refuses
            raise FileRefused("Not an XML file: it has no element.")
        return self._root

    def _refuse_doctype(self, *_: object) -> None:
        raise FileRefused("The file has a document type (<!DOCTYPE …>): leave it out.")

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        if self._left_out or (self._open is not None and not self._is_kept(name)):
            self._left_out += 1
            return
        self._count += 1
        if self._count > _MOST:
            raise FileRefused(f"The file has more than {_MOST} elements.")
        given = {attribute: value for attribute, value in attributes.items() if value}
        element = Element(name, self._parser.CurrentLineNumber, self._open, given)
        if self._open is None:
            self._root = element
        else:
            self._open.children.append(element)
        self._open = element
        self._texts = []

    def _end(self, _: str) -> None:
        if self._left_out:
            self._left_out -= 1
            return
        if self._open is not None:
            if not self._open.children:
                self._open.text = "".join(self._texts).strip()
            self._open = self._open.parent
        self._texts = []

    def _text(self, text: str) -> None:
        if not self._left_out:
            self._texts.append(text)
