"""The model of the years: energy balances, emissions, targets and costs, to which each lever adds its own."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from quayline.carbon.pathway.program import Program

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from quayline.carbon.pathway.pack import Case, Use
    from quayline.carbon.pathway.program import Term

    Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Charge:
    """Money of a year: `musd` times `columns`, both broadcast over paths and years. `lever` is '' for the plant's."""

    item: str
    lever: str
    musd: ArrayLike
    columns: Ints


@dataclass(frozen=True)
class Built:
    """What a lever has: built in each year and in place, (units, years); size, price and unit of one."""

    built: Ints
    in_place: Ints
    size: float
    unit: str
    capital_musd: float
    most: float


@dataclass
class Model:
    """A program with what its columns mean. `terms` gathers what levers add to each balance until `close`."""

    case: Case
    caps_kt: NDArray[np.float64]
    program: Program = field(default_factory=Program)
    charges: list[Charge] = field(default_factory=list)
    built: dict[str, Built] = field(default_factory=dict)
    amount: dict[str, Ints] = field(default_factory=dict)  # what is bought by the year: (paths, years)
    capacity: dict[str, Ints] = field(default_factory=dict)  # sources and store: (years,)
    column: dict[str, Ints] = field(default_factory=dict)
    terms: dict[str, list[Term]] = field(default_factory=dict)
    shares: dict[str, tuple[float, Ints]] = field(default_factory=dict)
    row: dict[str, Ints] = field(default_factory=dict)

    def __post_init__(self) -> None:
        case, shape = self.case, (self.case.num_paths, self.case.num_years)
        for name in ("load", "plain", "own", "direct", "all", "gas", "scope1", "location", "market", "upstream",
                     "trading", "removed", "counted"):  # fmt: skip
            free = name in ("counted", "upstream", "scope1", "location", "market", "trading")
            self.column[name] = self.program.columns(shape, lower=-np.inf if free else 0.0)
        self.column["short"] = self.program.columns((case.num_years,), upper=0.0)
        self.column["energy"] = self.program.columns((case.hours.shape.shape[1], *shape))
        for use in case.uses:
            if use.carrier == "gas":
                self.column[f"gas {use.id}"] = self.program.columns(shape)

    def use(self, name: str) -> Use:
        """The use of that name."""
        return next(use for use in self.case.uses if use.id == name)

    def add(self, balance: str, coefficient: ArrayLike, columns: Ints) -> None:
        """Adds a term to a balance."""
        self.terms.setdefault(balance, []).append((coefficient, columns))

    def of(self, balance: str) -> list[Term]:
        """What levers have added to a balance so far."""
        return self.terms.get(balance, [])

    def charge(self, item: str, lever: str, musd: ArrayLike, columns: Ints) -> None:
        """Puts a yearly cost on columns."""
        self.charges.append(Charge(item, lever, musd, columns))

    def close(self) -> None:
        """Writes the balances down, once all levers have added to them."""
        self._energy()
        self._emissions()
        self._money()

    def _energy(self) -> None:
        case, c, rows = self.case, self.column, self.program.rows
        at_hand = np.zeros((case.hours.shape.shape[1], case.num_years))
        for use in case.uses:
            kept: list[Term] = [(1.0, saved) for _, saved in self.of(f"saved {use.id}")]
            if use.carrier == "gas":
                rows([(1.0, c[f"gas {use.id}"]), *kept, *self.of(f"converted {use.id}")], use.gwh, use.gwh)
            else:
                at_hand[use.profile_idx] += use.gwh
                for _, saved in self.of(f"saved {use.id}"):
                    self.add(f"electricity {use.profile_idx}", -1.0, saved)
        for q in range(len(at_hand)):
            less: list[Term] = [(-np.asarray(k), v) for k, v in self.of(f"electricity {q}")]
            rows([(1.0, c["energy"][q]), *less], at_hand[q], at_hand[q])
        rows([(1.0, c["load"]), *((-1.0, c["energy"][q]) for q in range(len(at_hand)))], 0.0, 0.0)
        rows([(1.0, c["plain"]), (1.0, c["all"]), (-1.0, c["load"])], 0.0, 0.0)
        rows([(1.0, c["all"]), (-1.0, c["direct"])], 0.0)
        rows([(1.0, c["direct"]), (-1.0, c["own"])], 0.0)
        gas: list[Term] = [(-1.0, c[f"gas {use.id}"]) for use in case.uses if use.carrier == "gas"]
        rows([(1.0, c["gas"]), *gas], 0.0, 0.0)
        if self.of("biogas"):
            rows([(1.0, c["gas"]), *((-1.0, v) for _, v in self.of("biogas"))], 0.0)
        if self.of("attributes"):
            rows([(1.0, c["plain"]), *((-1.0, v) for _, v in self.of("attributes"))], 0.0)

    def _emissions(self) -> None:
        case, c = self.case, self.column
        lost = 1.0 / case.hours.efficiency - 1.0
        drawn: list[Term] = [(1.0, c["load"]), (-1.0, c["own"]), (lost, c["all"]), (-lost, c["direct"])]
        self._sum("scope1", [(case.gas_kt, c["gas"])])
        self._sum("upstream", [(case.gas_upstream_kt, c["gas"])])
        self._sum("location", [(case.grid_kt * np.asarray(k), v) for k, v in drawn])
        self._sum("market", [(case.plain_kt, c["plain"])])
        self._sum("trading", [(case.gas_kt, c["gas"]), (case.trading_kt, c["plain"])])
        self._sum("removed", [])
        scope2 = c["market"] if case.counts_market else c["location"]
        self._sum("counted", [(1.0, c["scope1"]), (1.0, scope2), (-1.0, c["removed"])])
        self.row["target"] = self.program.rows([(1.0, c["counted"]), (-1.0, c["short"])], upper=self.caps_kt)

    def _sum(self, name: str, terms: list[Term]) -> None:
        less: list[Term] = [(-np.asarray(k), v) for k, v in [*terms, *self.of(name)]]
        self.program.rows([(1.0, self.column[name]), *less], 0.0, 0.0)

    def _money(self) -> None:
        case, c = self.case, self.column
        self.charge("electricity", "", case.electricity_musd, c["plain"])
        self.charge("gas", "", case.gas_musd, c["gas"])
        self.charge("allowances", "", case.allowance_musd, c["trading"])
        sold = case.surplus_musd
        yields = case.hours.gwh_per_mw.sum(axis=1)
        for k, name in enumerate(case.source_ids):
            if name in self.capacity:
                self.charge("surplus", "", -sold * yields[k], self.capacity[name])
        stored = 1.0 / case.hours.efficiency
        self.charge("surplus", "", sold * (1.0 - stored), c["direct"])
        self.charge("surplus", "", sold * stored, c["all"])

    def costs(self) -> NDArray[np.float64]:
        """Present value of a unit of each column, expected over the paths; the free allocation is left out."""
        case, found = self.case, np.zeros(self.program.num_columns)
        weight = case.weights[:, None] * case.discount[None, :]
        for charge in self.charges:
            musd = np.broadcast_to(np.asarray(charge.musd, float), weight.shape)
            columns = np.broadcast_to(charge.columns, weight.shape)
            np.add.at(found, columns.ravel(), (musd * weight).ravel())
        return found

    def free_musd(self) -> float:
        """Present value of the free allocation."""
        case = self.case
        return float(np.sum(case.discount * case.allowance_musd) * case.free_kt)


def annuity(capital_musd: float, life_years: int, discount_share: float) -> float:
    """The equal yearly payment over its life that is worth the capital."""
    if discount_share == 0.0:
        return capital_musd / life_years
    return capital_musd * discount_share / (1.0 - (1.0 + discount_share) ** -life_years)


def installed(
    model: Model, lever: Any, units: int, most: float, pace: float, size: float, unit: str, capital_musd: float,
    running_musd: float, is_integer: bool,
) -> Ints:  # fmt: skip
    """Columns of what is in place of `lever` in each year, (units, years), each at most `most`; charges them.

    What is built in a year acts from that year on for its life; all units together at most `pace` in one year.
    Capital is paid as an annuity while it is in place, so a horizon that ends before a life does pays its part only.
    """
    case, program = model.case, model.program
    open_ = np.where(case.years >= lever.from_year, most, 0.0)
    built = program.columns((units, case.num_years), upper=open_, is_integer=is_integer)
    in_place = program.columns((units, case.num_years), upper=most)
    for y in range(case.num_years):
        alive = [(1.0, built[:, k]) for k in range(max(0, y - lever.life_years + 1), y + 1)]
        program.rows([(-1.0, in_place[:, y]), *alive], 0.0, 0.0)
    if pace < units * most:
        program.rows([(1.0, built[u]) for u in range(units)], upper=pace)
    for u in range(1, units):  # equal units: the first is built first
        program.rows([(1.0, in_place[u - 1]), (-1.0, in_place[u])], 0.0)
    for u in range(units):
        yearly = annuity(capital_musd, lever.life_years, case.discount_share)
        model.charge("capital", lever.id, yearly, in_place[u])
        model.charge("running", lever.id, running_musd, in_place[u])
    model.built[lever.id] = Built(built, in_place, size, unit, capital_musd, most)
    model.shares[lever.id] = (units * most, in_place)
    return in_place


def relations(model: Model, levers: list[Any]) -> None:
    """`needs` and `excludes`, by the share of its full size that each lever has in place."""
    for lever in levers:
        for names, sign, upper in ((lever.needs, -1.0, 0.0), (lever.excludes, 1.0, 1.0)):
            for name in names:
                mine, other = model.shares.get(lever.id), model.shares.get(name)
                if mine is None or (other is None and sign > 0):
                    continue
                terms: list[Term] = [(1.0 / mine[0], column) for column in mine[1]]
                if other is not None:
                    terms += [(sign / other[0], column) for column in other[1]]
                model.program.rows(terms, upper=upper)
