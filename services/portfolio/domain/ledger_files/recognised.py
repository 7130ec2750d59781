"""Which program wrote a table that was sent as another one's: its titles tell."""

from collections.abc import Iterable, Sequence
from typing import Final

from services.portfolio.domain.ledger_files.layouts import Layout
from shared.files import Columns, Note, plain_title

CODE: Final = "other_format"

_MOST: Final = 0.9  # of the titles; programs add one now and then


def other_format(titles: Iterable[str], asked: Layout, layouts: Sequence[Layout]) -> Note | None:
    """Return that another format knows nearly all of a header's titles, and more than `asked`.

    Args:
        titles: as they are written.
        layouts: all formats.
    """
    plain = {title for text in titles if (title := plain_title(text))}
    shares = {layout.name: _share(plain, layout) for layout in layouts}
    most = max(shares.values())
    best = [layout for layout in layouts if shares[layout.name] == most]
    if most < _MOST or asked in best:
        return None
    if len(best) > 1:  # usual titles alone: whoever wrote them, any table is read by them
        best = [layout for layout in best if layout.is_free]
    return next((_told(layout) for layout in best), None)


def _told(layout: Layout) -> Note:
    message = f"The titles are those of {layout.program}: format={layout.name} reads it."
    return Note("file", CODE, message)


def _share(titles: set[str], layout: Layout) -> float:
    columns = Columns(layout.columns, {}, layout.left_out)
    if not titles or not columns.count(titles):
        return 0
    ignored = sum(map(columns.is_ignored, titles))
    return (columns.count(titles) + ignored) / len(titles)
