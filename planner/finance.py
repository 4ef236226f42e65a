"""Pay, on-cost, hiring, training, overtime, contractors, shortage: cost by month, group, role and item."""

from collections.abc import Iterator, Sequence
from typing import Annotated, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from planner.errors import Fault, InvalidScenario
from planner.parameters import AnnualChange, Field, Fraction, Fte, Money, MonthLabel, Multiple, Parameters, Unit

ITEMS = ("pay", "on_cost", "hiring", "training", "tuition", "overtime", "contractor", "management_search", "shortage_price", "other")

Floats = NDArray[np.float64]

Currency = Annotated[str, Field(pattern=r"^[A-Z]{3}$")]


class ExchangeRate(Parameters):
    """One currency's price from a month on."""

    currency: Currency
    """The currency, as three letters. Yours."""

    from_month: MonthLabel
    """The first month it holds. Yours."""

    rate: Annotated[float, Field(gt=0, le=1e9), Unit("")]
    """Reporting currency for one unit of it. Yours: from your treasury."""


class Finance(Parameters):
    """What people and decisions cost."""

    currency: Currency = "USD"
    """The one reporting currency, as three letters. Assumption: US dollars."""

    rates: tuple[ExchangeRate, ...] = ()
    """Dated rates of the other currencies that sites pay in. Yours: from your treasury."""

    frontline_monthly_pay: Money = 3_600.0
    """Gross pay a month of one frontline FTE. Yours: from your payroll."""

    on_cost: Fraction = 0.25
    """Employer's cost on top of gross pay: taxes, insurance, benefits. Assumption: 25 %."""

    pay_rise_annual: AnnualChange = 0.03
    """Rise of pay a year, every twelfth month from the first rise on. Assumption: 3 %."""

    first_rise_months: Annotated[int, Field(ge=1, le=12), Unit("months")] = 12
    """Months from the first day of the plan to the first rise of pay. Assumption: a year."""

    cost_per_class: Money = 6_000.0
    """Outlay for one class besides pay: materials, licences, room. Assumption: $6,000."""

    overtime_max: Fraction = 0.08
    """Largest overtime as a share of the productive FTE of a group. Assumption: 8 %, from 5 to 15 %."""

    overtime_multiple: Multiple = 1.5
    """Pay of an overtime hour against a normal one. Source: time and a half, the legal rule in the United States."""

    contractors_max_fte: Fte = 0.0
    """Most contractor FTE in a group and month. Assumption: none."""

    contractor_monthly_cost: Money = 6_500.0
    """Cost a month of one contractor FTE, fully proficient. Assumption: $6,500."""

    shortage_multiple: Multiple = 3.0
    """Price of one FTE short for a month, as a multiple of frontline pay with on-cost: the value lost. Assumption: 3 times, from 2 to 5."""

    budget_monthly: tuple[Money, ...] | None = None
    """Budget of each month of the horizon, for all cost but the price of shortage. Empty: no budget. Yours: from finance."""


# --- Pay rises and exchange rates


def pay_index(months: int, rise_annual: float, first_rise_months: int = 12) -> Floats:
    """Pay of each month against the first, times, [T]; it steps every twelfth month: (1 + rise)^floor((t + 12 - first) / 12).

    >>> pay_index(25, 0.03)[[0, 11, 12, 24]].round(4).tolist()
    [1.0, 1.0, 1.03, 1.0609]
    """
    return np.asarray((1.0 + rise_annual) ** ((np.arange(months) + 12 - first_rise_months) // 12))


def exchange_rates(finance: Finance, currency: str | None, month_labels: Sequence[str]) -> Floats:
    """Reporting currency for one unit of `currency` in each month, [T]; 1 for the reporting currency, or where none is named.

    Each month takes the last rate that began in it or before. Raises InvalidScenario for months before the first one.

    >>> finance = Finance(rates=(ExchangeRate(currency="EUR", from_month="2027-01", rate=1.1), ExchangeRate(currency="EUR", from_month="2027-03", rate=1.2)))
    >>> exchange_rates(finance, "EUR", ["2027-01", "2027-02", "2027-03"]).tolist()
    [1.1, 1.1, 1.2]
    """
    faults = list(_missing_rates(finance, currency, month_labels, "finance"))
    if faults:
        raise InvalidScenario(faults)
    if _is_reporting(finance, currency):
        return np.ones(len(month_labels))
    dated = _dated(finance, currency)
    position = np.searchsorted([rate.from_month for rate in dated], list(month_labels), side="right") - 1
    return np.array([rate.rate for rate in dated])[position]


def _is_reporting(finance: Finance, currency: str | None) -> bool:
    return currency is None or currency == finance.currency


def _dated(finance: Finance, currency: str | None) -> list[ExchangeRate]:
    return sorted((rate for rate in finance.rates if rate.currency == currency), key=lambda rate: rate.from_month)


def pay_path(finance: Finance, monthly_pay: ArrayLike, rates: Floats) -> Floats:
    """Gross pay a month of one person or FTE with its rises, reporting currency, in the shape of `rates`: [T] or [T, U].

    `monthly_pay` (a number or [U]) is what the first month pays, in the currency of `rates`, a site's pay factor included.

    >>> pay_path(Finance(), 3_600, np.ones(13))[[0, 12]].round(2).tolist()
    [3600.0, 3708.0]
    """
    index = pay_index(len(rates), finance.pay_rise_annual, finance.first_rise_months)
    return np.asarray((rates.T * index).T * np.asarray(monthly_pay, dtype=float))


# --- Faults


def finance_faults(finance: Finance, month_labels: Sequence[str], currencies: Sequence[str | None], place: str) -> list[Fault]:
    """Every fault of the budget and the rates against the months planned and the currencies that sites pay in.

    >>> print(finance_faults(Finance(budget_monthly=(1.0,)), ["2027-01", "2027-02"], [None], "finance")[0])
    finance.budget_monthly: the budget has 1 month, the horizon 2 (found 1). Give one amount for each month of the horizon.
    """
    missing = [fault for currency in dict.fromkeys(currencies) for fault in _missing_rates(finance, currency, month_labels, place)]
    return [*_budget_faults(finance, len(month_labels), place), *_rate_faults(finance, place), *missing]


def _budget_faults(finance: Finance, months: int, place: str) -> Iterator[Fault]:
    if finance.budget_monthly is not None and len(finance.budget_monthly) != months:
        given = len(finance.budget_monthly)
        problem = f"the budget has {given} month{'s' if given != 1 else ''}, the horizon {months}"
        yield Fault(f"{place}.budget_monthly", problem, "Give one amount for each month of the horizon.", str(given))


def _rate_faults(finance: Finance, place: str) -> Iterator[Fault]:
    seen: set[tuple[str, str]] = set()
    for position, rate in enumerate(finance.rates):
        here, key = f"{place}.rates.{position}", (rate.currency, rate.from_month)
        if rate.currency == finance.currency:
            yield Fault(f"{here}.currency", f"{rate.currency} is the reporting currency and has no rate", "Remove this rate.")
        elif key in seen:
            yield Fault(f"{here}.from_month", f"{rate.currency} has two rates from {rate.from_month}", "Keep one of them.")
        seen.add(key)


def _missing_rates(finance: Finance, currency: str | None, month_labels: Sequence[str], place: str) -> Iterator[Fault]:
    dated = _dated(finance, currency)
    missing = [label for label in month_labels if not dated or label < dated[0].from_month]
    if missing and not _is_reporting(finance, currency):
        when = missing[0] if len(missing) == 1 else f"{missing[0]} to {missing[-1]}"
        yield Fault(f"{place}.rates", f"there is no rate of {currency} for {when}", f"Add a rate of {currency} from {missing[0]} on, or from before.")


# --- Cost terms: one function an item, amounts in the reporting currency, in the shape of the broadcast arguments


def pay(fte: ArrayLike, monthly_pay: ArrayLike) -> Floats:
    """Gross pay a month of paid FTE or people. Item `pay`.

    >>> float(pay(10, 3_600))
    36000.0
    """
    return np.asarray(np.asarray(fte, dtype=float) * np.asarray(monthly_pay, dtype=float))


def external_premium_pay(external_heads: ArrayLike, monthly_pay: ArrayLike, external_premium: float) -> Floats:
    """What people hired outside are paid a month above those from within. Part of item `pay`.

    >>> float(external_premium_pay(10, 5_000, 0.18))
    9000.0

    Source: Bidwell 2011 (V), 18 to 20 % more.
    """
    return pay(external_heads, monthly_pay) * external_premium


def on_cost(pay: ArrayLike, on_cost_share: float) -> Floats:
    """Employer's cost on top of an amount of gross pay. Item `on_cost`.

    >>> float(on_cost(36_000, 0.25))
    9000.0
    """
    return np.asarray(pay, dtype=float) * on_cost_share


def loaded_pay(finance: Finance, monthly_pay: ArrayLike) -> Floats:
    """Pay with on-cost of one person or FTE a month.

    >>> float(loaded_pay(Finance(), 3_600))
    4500.0
    """
    return np.asarray(monthly_pay, dtype=float) * (1.0 + finance.on_cost)


def overtime(finance: Finance, overtime_fte: ArrayLike, monthly_pay: ArrayLike) -> Floats:
    """Overtime with its on-cost: FTE x loaded pay x overtime multiple. Item `overtime`.

    >>> float(overtime(Finance(), 1, 3_600))
    6750.0

    Source: model.md 11.4, whose overtime price is $6,750 an FTE-month at $4,500 loaded pay.
    """
    return pay(overtime_fte, loaded_pay(finance, monthly_pay)) * finance.overtime_multiple


def contractor(finance: Finance, contractor_fte: ArrayLike) -> Floats:
    """Contractors, already fully proficient: FTE x monthly cost, without on-cost or rises. Item `contractor`.

    >>> float(contractor(Finance(), 2))
    13000.0
    """
    return np.asarray(contractor_fte, dtype=float) * finance.contractor_monthly_cost


def shortage_price(finance: Finance, shortage_fte: ArrayLike, monthly_pay: ArrayLike) -> Floats:
    """Value lost to FTE that are missing: FTE x loaded frontline pay x shortage multiple. Item `shortage_price`; nobody pays it out.

    >>> float(shortage_price(Finance(), 1, 3_600))
    13500.0

    Source: model.md section 15, three times the wage (an assumption).
    """
    return pay(shortage_fte, loaded_pay(finance, monthly_pay)) * finance.shortage_multiple


def hiring(starts: ArrayLike, cost_per_hire: ArrayLike) -> Floats:
    """Outlay for finding the people who start. Item `hiring`.

    >>> float(hiring(20, 4_425))
    88500.0

    Source: SHRM 2017 (V), $4,425 a hire.
    """
    return np.asarray(np.asarray(starts, dtype=float) * np.asarray(cost_per_hire, dtype=float))


def class_cost(finance: Finance, classes: ArrayLike) -> Floats:
    """Outlay for the classes that start, besides pay. Item `training`.

    >>> float(class_cost(Finance(), 3))
    18000.0
    """
    return np.asarray(classes, dtype=float) * finance.cost_per_class


def search_cost(external_starts: ArrayLike, search_cost_each: float) -> Floats:
    """Outlay for appointments from outside to leader and support roles. Item `management_search`.

    >>> float(search_cost(2, 12_000))
    24000.0
    """
    return np.asarray(external_starts, dtype=float) * search_cost_each


def programme_pay(participants: ArrayLike, monthly_pay: ArrayLike, pay_premium: ArrayLike) -> Floats:
    """What people in a career programme are paid a month above the others. Part of item `pay`; participants in FTE.

    >>> float(programme_pay(10, 3_600, 0.15))
    5400.0
    """
    return np.asarray(pay(participants, monthly_pay) * np.asarray(pay_premium, dtype=float))


def tuition(participants: ArrayLike, tuition_monthly: ArrayLike) -> Floats:
    """Tuition of the people in a career programme, without on-cost. Item `tuition`.

    >>> float(tuition(40, 437.5))
    17500.0
    """
    return np.asarray(np.asarray(participants, dtype=float) * np.asarray(tuition_monthly, dtype=float))


def all_hands(hours: ArrayLike, hourly_cost: ArrayLike) -> Floats:
    """What the hours of people of other work cost, training included. Item `other`.

    >>> float(all_hands(1_333.3, 70).round())
    93331.0
    """
    return np.asarray(np.asarray(hours, dtype=float) * np.asarray(hourly_cost, dtype=float))


# --- What a career programme is worth


def cost_per_effective_month(cost_of_start: float, cost_monthly: float, stay_months: float, effective_months: float) -> float:
    """Cost of one effective month of a seat over a stay: (C_h + w E[L]) / E[P], w with on-cost and tuition.

    >>> round(cost_per_effective_month(9_000, 4_500, 28.571, 27.917))
    4928

    Source: renewal-reward, derived.
    """
    if not effective_months > 0:
        raise ValueError("a stay must bring some effective time")
    return (cost_of_start + cost_monthly * stay_months) / effective_months


def break_even_tuition(standard_cost: float, cost_of_start: float, cost_monthly: float, stay_months: float, effective_months: float) -> float:
    """Tuition a month at which an effective month costs what it does in the standard job: (c_0 E[P] - C_h) / E[L] - w; negative: it never does.

    >>> round(break_even_tuition(4_927.65, 9_000, 4_500, 30.232, 29.546))
    18

    Source: renewal-reward, derived.
    """
    return (standard_cost * effective_months - cost_of_start) / stay_months - cost_monthly


def break_even_quality(programme_cost: float, standard_cost: float) -> float:
    """Standard people that one in the programme must be worth, Q* = c / c_0.

    >>> round(break_even_quality(7_732, 4_928), 2)
    1.57
    """
    return programme_cost / standard_cost


def break_even_completer(programme_cost: float, standard_cost: float, effective_months: float, completion: float) -> float:
    """Value that each completer must bring elsewhere, (c - c_0) E[P] / e^(-qT).

    >>> round(break_even_completer(7_732, 4_928, 29.546, 0.6977), -2)
    118700.0
    """
    if not completion > 0:
        raise ValueError("somebody must complete the programme")
    return (programme_cost - standard_cost) * effective_months / completion


# --- Figures for people


def cost_of_attrition(leavers: ArrayLike, washouts: ArrayLike, cost_per_replacement: float) -> Floats:
    """What replacing those who left costs, reporting currency, in the shape of the broadcast arguments.

    >>> float(cost_of_attrition(50, 10, 9_000))
    540000.0

    Source: model.md section 15, $9,000 all in; Nickerson 8 to 12 thousand (V, secondary).
    """
    return np.asarray((np.asarray(leavers, dtype=float) + np.asarray(washouts, dtype=float)) * cost_per_replacement)


def cost_per_contact(cost: ArrayLike, contacts: ArrayLike) -> "np.ma.MaskedArray[Any, Any]":
    """Cost over contacts, reporting currency, a masked array in the shape of the broadcast arguments; masked without contacts.

    >>> cost_per_contact([450_000, 450_000], [100_000, 0]).tolist()
    [4.5, None]

    Source: house.md, Undefined cells.
    """
    amount, handled = np.broadcast_arrays(np.asarray(cost, dtype=float), np.asarray(contacts, dtype=float))
    undefined = handled <= 0
    return np.ma.MaskedArray(amount / np.where(undefined, 1.0, handled), mask=undefined)
