"""The copies that analytics, webhooks and assets make of the ledgers, from events in any order."""

from hypothesis import strategies as st
from hypothesis.stateful import rule

from tests.machines.hearing import Hearing
from tests.machines.ledgers import Ledgers


class Hearsay(Hearing, Ledgers):
    """Users change ledgers, and listeners hear of it late, twice and out of order."""

    @rule(data=st.data(), name=st.sampled_from(["Mine", "Yours"]))
    def rename(self, data: st.DataObject, name: str) -> None:
        """Give a portfolio another name."""
        self.user.patch(f"/api/portfolios/{self._portfolio(data)}/", {"name": name})

    @rule(data=st.data())
    def replace(self, data: st.DataObject) -> None:
        """Delete a portfolio, and make another one."""
        number = self._portfolio(data)
        self.user.delete(f"/api/portfolios/{number}/")
        del self.entries[number]
        self.imports = [one for one in self.imports if one[0] != number]
        new = self.user.portfolio(cost_basis_method=self.methods[number])
        self.methods[new], self.entries[new] = self.methods[number], {}
