"""Pay, on-cost, hiring, training, overtime, contractors, shortage: cost by month, group, role and item."""

from typing import Annotated

from planner.parameters import (
    AnnualChange, Field, Fraction, Fte, Money, MonthLabel, Multiple, Parameters, Unit,
)

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
    """Rise of pay a year, every twelfth month from the first. Assumption: 3 %."""

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
