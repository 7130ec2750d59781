"""The historical windows, from the close of the first day to the close of the last."""

from typing import Final, NamedTuple

import numpy as np

from services.analytics.domain.metrics import Day


class Episode(NamedTuple):
    """A stretch of history with a name."""

    id: str
    name: str
    start: Day
    end: Day


def _episode(key: str, name: str, start: str, end: str) -> Episode:
    return Episode(key, name, np.datetime64(start, "D"), np.datetime64(end, "D"))


# Peaks and troughs of the S&P 500 in closing prices, or the days that gave the event its name.
_EPISODES: Final = (
    _episode("asia_russia_1998", "Asian and Russian crises", "1998-07-17", "1998-08-31"),
    _episode("dotcom_2000_2002", "Dot-com bear market", "2000-03-24", "2002-10-09"),
    _episode("gfc_2007_2009", "Global financial crisis", "2007-10-09", "2009-03-09"),
    _episode("lehman_2008", "Lehman Brothers' bankruptcy", "2008-09-12", "2008-11-20"),
    _episode("us_downgrade_2011", "Downgrade of the United States", "2011-07-22", "2011-08-08"),
    _episode("china_2015", "Chinese devaluation", "2015-08-17", "2015-08-25"),
    _episode("q4_2018", "Fourth quarter of 2018", "2018-09-20", "2018-12-24"),
    _episode("covid_2020", "COVID-19 crash", "2020-02-19", "2020-03-23"),
    _episode("rates_2022", "Rise of interest rates", "2022-01-03", "2022-10-12"),
    _episode("covid_rebound_2020", "COVID-19 rebound", "2020-03-23", "2020-06-08"),
)
CATALOGUE: Final[dict[str, Episode]] = {episode.id: episode for episode in _EPISODES}
