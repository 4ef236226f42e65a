"""All parameters in one document: what a scenario can say, its version, its levers, its file."""

import json
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any, Self

from pydantic import model_validator

from planner import parameters
from planner.channels import Channel, Deferred, channel_faults
from planner.demand import Demand, demand_faults
from planner.errors import Fault, InvalidScenario
from planner.finance import Finance, finance_faults
from planner.hiring import Hiring, Source, hiring_faults
from planner.horizon import Horizon, coverage_faults, month_labels, region_faults, years
from planner.optimisation import Optimisation, optimisation_faults
from planner.organisation import Organisation, Role, organisation_faults
from planner.parameters import Change, Field, Fraction, Growth, Heads, Name, Parameters, Ratio, Unit, WholeHeads
from planner.staffing import AllHands, Staffing, all_hands_faults, staffing_faults
from planner.training import Training, training_faults
from planner.workforce import Workforce, multiplier_faults, workforce_faults

VERSION = 1


class Site(Parameters):
    """A place where groups sit. Sites are planned in their order: the first has priority for what all share."""

    name: Name
    """The site's name in tables and files. Yours."""

    country: Annotated[str, Field(pattern=r"^[A-Z]{2}$")] | None = None
    """Country whose public holidays its people have, as two letters. Empty: none. Yours: where the contracts are."""

    subdivision: Name | None = None
    """State or region of that country, as its short code. Yours: where the contracts are."""

    pay_factor: Annotated[float, Field(gt=0, le=20), Unit("times")] = 1.0
    """Pay at this site against the organisation's figures. Assumption: the same everywhere."""

    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$")] | None = None
    """Currency this site is paid in: pay figures for it are amounts of that currency, converted at finance.rates. Empty: the reporting currency. Yours."""

    training: Training = Training()
    """What the site can train. Yours: see its parts."""


class Share(Parameters):
    """The part of a queue's contacts that a group serves."""

    name: Name
    """The queue. Yours: one of the queues above."""

    share: Fraction = 1.0
    """Share of its contacts. Over all groups a queue's shares sum to 1. Assumption: all of them."""


class StatedHeads(Parameters):
    """Required people stated directly, trainees included, instead of being worked out from contacts."""

    start: Heads | None = None
    """Required people in the first month. Yours: your plan of record."""

    add_monthly: Annotated[float, Field(ge=-100_000, le=100_000), Unit("people a month")] = 0.0
    """People added every month: +100 a month from N asks for N + 100 k in month k. Yours: your plan of record."""

    path: tuple[Heads, ...] | None = None
    """Required people in each month of the horizon. Where given, it replaces start and addition. Yours: your plan of record."""

    @model_validator(mode="after")
    def _has_a_path(self) -> Self:
        if self.start is None and self.path is None:
            raise ValueError("state required heads as a start or as a path")
        return self


class Group(Parameters):
    """People who do the same work at one site."""

    name: Name
    """The group's name in tables and files. Yours."""

    site: Name
    """Where it sits. Yours: one of the sites."""

    serves: tuple[Share, ...] = ()
    """The queues it serves and its share of each. Yours: your routing."""

    pooled: bool = False
    """Everyone takes all queues of a channel (generalists), or each queue has its own people (specialists). Assumption: specialists."""

    breadth_penalty: Annotated[float, Field(ge=0, le=2), Unit("%", 100)] = 0.0
    """How much longer contacts take when everyone takes all queues; used where pooled. Assumption: no penalty; 7 % already kills pooling in a large centre."""

    stated_heads: StatedHeads | None = None
    """Required people stated directly; then the group serves no queues. Yours: your plan of record."""

    monthly_pay: Annotated[float, Field(ge=0, le=1e7), Unit("money")] | None = None
    """Gross pay a month of one FTE of this group. Empty: finance.frontline_monthly_pay. Yours: from your payroll."""

    staffing: Staffing = Staffing()
    """From interval to people. Yours: see its parts."""

    all_hands: AllHands = AllHands()
    """People of other work who take contacts beside the group. Assumption: nobody."""

    workforce: Workforce = Workforce()
    """Who is there, how they leave, how they learn. Yours: see its parts."""


class Transfer(Parameters):
    """Contacts of a queue that are passed on to another."""

    name: Name
    """The queue they are passed on to. Yours: one of the other queues."""

    share: Fraction
    """Share of the queue's own contacts that are passed on; those received from others are not passed on again. Yours: from your routing log."""

    handover_s: Annotated[float, Field(ge=0, le=3_600), Unit("s")] = 45.0
    """What handing over takes, of both agents. Assumption: 45 s."""

    first_saved: Fraction = 0.6
    """Share of the first agent's time on a passed contact that is saved where one pooled group takes both queues: nobody diagnoses twice.
    Assumption: 60 %."""


class Queue(Demand):
    """One stream of contacts."""

    name: Name
    """The queue's name in tables and files. Yours."""

    channel: Channel
    """How it is served: voice, chat or deferred. Yours."""

    transfers: tuple[Transfer, ...] = ()
    """Contacts that are passed on to other queues, where no pooled group takes both in one go. Assumption: none."""


class Levers(Parameters):
    """What an executive moves: each lever scales or replaces figures of the whole scenario."""

    growth_monthly: Growth = 0.0
    """Extra growth of contacts and of stated heads a month, on top of the scenario's own. Assumption: none."""

    aht_change: Change = 0.0
    """Change of every handle time. Assumption: none."""

    service_level: Fraction | None = None
    """Service level target of every voice and chat queue. Empty: each queue's own. Yours: the promise you want to test."""

    attrition_change: Change = 0.0
    """Change of every frontline probability of leaving. Assumption: none."""

    shrinkage_change: Change = 0.0
    """Change of every shrinkage factor. Assumption: none."""

    starts_max_monthly: WholeHeads | None = None
    """Most frontline starts a month over all groups. Empty: as in hiring; 0 is a hiring freeze. Yours: your approval."""

    first_span: Ratio | None = None
    """Span of the first leader role of the ladder (team leads). Empty: its own. Yours: the ratio you promised."""

    top_span: Ratio | None = None
    """Span of the last leader role of the ladder (senior executives). Empty: its own. Yours: the ratio you promised."""


class Scenario(Parameters):
    """Everything the planner knows about an organisation and its future."""

    version: Annotated[int, Field(ge=1, le=VERSION)] = VERSION
    """Version of the document's form. Assumption: the newest."""

    name: Annotated[str, Field(min_length=1, max_length=120)]
    """What the scenario is called. Yours."""

    notes: str = ""
    """What it is about and where its figures come from. Yours."""

    horizon: Horizon
    """The months that are planned. Yours."""

    sites: Annotated[tuple[Site, ...], Field(min_length=1)]
    """The sites, the one with priority first. Yours."""

    queues: tuple[Queue, ...] = ()
    """The streams of contacts. Yours."""

    groups: Annotated[tuple[Group, ...], Field(min_length=1)]
    """The groups of frontline people. Yours."""

    hiring: Hiring = Hiring()
    """How people are found. Yours: see its parts."""

    organisation: Organisation = Organisation()
    """Who leads and supports them. Yours: see its parts."""

    finance: Finance = Finance()
    """What it costs. Yours: see its parts."""

    optimisation: Optimisation = Optimisation()
    """What the optimiser is to respect besides. Assumption: see its parts."""

    levers: Levers = Levers()
    """What an executive moves. Assumption: nothing moved."""

    @model_validator(mode="after")
    def _holds_together(self) -> Self:
        faults = cross_faults(self)
        if faults:
            raise InvalidScenario(faults)
        return self


def cross_faults(scenario: Scenario) -> list[Fault]:
    """Every fault that only shows when the parts of a scenario are held against each other."""
    return [fault for check in CROSS_CHECKS for fault in check(scenario)]


def _names(scenario: Scenario) -> list[Fault]:
    units = [("sites", site.name) for site in scenario.sites] + [("groups", group.name) for group in scenario.groups]
    faults = [Fault(f"{family}.all", "the name stands for the whole organisation", "Give it another name.") for family, name in units if name == "all"]
    for family in ("sites", "queues", "groups"):
        names = [member.name for member in getattr(scenario, family)]
        faults += [
            Fault(f"{family}.{name}", "the name is used twice", "Give each its own name.") for name in sorted({name for name in names if names.count(name) > 1})
        ]
    return faults


def _unknown(place: str, kind: str, name: str, known: list[str]) -> list[Fault]:
    return [] if name in known else [Fault(place, f"there is no {kind} '{name}'", f"Use one of: {', '.join(known) or 'none defined yet'}.")]


def _site_parts(scenario: Scenario) -> list[Fault]:
    roles = [role.name for role in scenario.organisation.roles]
    faults = []
    for site in scenario.sites:
        faults += training_faults(site.training, f"sites.{site.name}.training")
        faults += _unknown(f"sites.{site.name}.training.trainer_role", "role", site.training.trainer_role, roles)
        faults += _calendar_faults(site, scenario.horizon)
    return faults


def _calendar_faults(site: Site, horizon: Horizon) -> list[Fault]:
    place = f"sites.{site.name}"
    return region_faults(site.country, site.subdivision, place) or coverage_faults(site.country, site.subdivision, years(horizon), place)


def _queue_parts(scenario: Scenario) -> list[Fault]:
    return [fault for queue in scenario.queues for fault in _faults_of_queue(queue, scenario.horizon)]


@lru_cache(maxsize=1024)
def _faults_of_queue(queue: Queue, horizon: Horizon) -> tuple[Fault, ...]:
    place = f"queues.{queue.name}"
    return (*demand_faults(queue, horizon, place), *channel_faults(queue.channel, f"{place}.channel"))


def _transfer_parts(scenario: Scenario) -> list[Fault]:
    """Contacts passed on to queues that are not there, to the queue itself, twice to the same, or more than there are."""
    names, faults = [queue.name for queue in scenario.queues], []
    for queue in scenario.queues:
        place, to = f"queues.{queue.name}.transfers", [transfer.name for transfer in queue.transfers]
        for name in to:
            faults += _unknown(f"{place}.{name}", "queue", name, [other for other in names if other != queue.name])
        twice = sorted({name for name in to if to.count(name) > 1})
        faults += [Fault(f"{place}.{name}", "the queue stands there twice", "Add the shares up into one.") for name in twice]
        total = sum(transfer.share for transfer in queue.transfers)
        if total > 1 + 1e-9:
            faults.append(Fault(place, f"{total:.4g} times its contacts are passed on", "Let the shares sum to 1 at most."))
    return faults


def _queue_shares(scenario: Scenario) -> list[Fault]:
    totals = dict.fromkeys((queue.name for queue in scenario.queues), 0.0)
    faults = []
    for group in scenario.groups:
        names = [share.name for share in group.serves]
        twice = sorted({name for name in names if names.count(name) > 1})
        faults += [Fault(f"groups.{group.name}.serves.{name}", "the queue stands there twice", "Add the shares up into one.") for name in twice]
        for share in group.serves:
            faults += _unknown(f"groups.{group.name}.serves.{share.name}", "queue", share.name, list(totals))
            if share.name in totals:
                totals[share.name] += share.share
    return faults + [
        Fault(f"queues.{name}", f"the groups serve {total:.4g} of its contacts", "Let the shares in groups.*.serves sum to 1 for each queue.")
        for name, total in totals.items()
        if abs(total - 1) > 1e-6
    ]


def _group_parts(scenario: Scenario) -> list[Fault]:
    sites = [site.name for site in scenario.sites]
    faults = []
    for group in scenario.groups:
        place = f"groups.{group.name}"
        faults += _unknown(f"{place}.site", "site", group.site, sites)
        faults += staffing_faults(group.staffing, f"{place}.staffing")
        faults += all_hands_faults(group.all_hands, f"{place}.all_hands")
        faults += workforce_faults(group.workforce, f"{place}.workforce")
        faults += _stated_faults(group, scenario.horizon.months, place)
    return faults


def _stated_faults(group: Group, months: int, place: str) -> list[Fault]:
    stated = group.stated_heads
    faults = []
    if stated and group.serves:
        faults.append(Fault(place, "it serves queues and states required heads", "Keep one of the two."))
    if not stated and not group.serves:
        faults.append(Fault(place, "it serves no queue and states no required heads", "Give it a queue in serves, or stated_heads."))
    if stated and stated.path is not None and len(stated.path) != months:
        faults.append(Fault(f"{place}.stated_heads.path", f"it has {len(stated.path)} months, the plan {months}", f"Give {months} values."))
    if stated and stated.start is not None and stated.start + stated.add_monthly * (months - 1) < 0:
        faults.append(Fault(f"{place}.stated_heads.add_monthly", "the required people fall below zero within the plan", "Remove fewer people a month."))
    signed = len(group.workforce.signed_starts)
    if signed > months:
        faults.append(Fault(f"{place}.workforce.signed_starts", f"it has {signed} months, the plan {months}", "Drop the months beyond the plan."))
    return faults


def _organisation_parts(scenario: Scenario) -> list[Fault]:
    sites, groups = tuple(site.name for site in scenario.sites), tuple(group.name for group in scenario.groups)
    faults = list(organisation_faults(scenario.organisation, sites, groups, "organisation"))
    roles = [role.name for role in scenario.organisation.roles]
    faults += [fault for role in scenario.organisation.roles for fault in _signed_faults(role, scenario.horizon.months)]
    faults += hiring_faults(scenario.hiring, "hiring")
    for field in ("recruiter_role", "interviewer_role"):
        faults += _unknown(f"hiring.{field}", "role", getattr(scenario.hiring, field), roles)
    return faults


def _signed_faults(role: Role, months: int) -> list[Fault]:
    """People who have signed for a role and would come after the plan."""
    return [
        Fault(f"organisation.roles.{role.name}.under_way.signed.{position}.month", f"the plan has {months} months", "Remove the row.", str(row.month))
        for position, row in enumerate(role.under_way.signed)
        if row.month >= months
    ]


def _finance_parts(scenario: Scenario) -> list[Fault]:
    currencies = tuple(site.currency for site in scenario.sites if site.currency)
    faults = list(finance_faults(scenario.finance, month_labels(scenario.horizon), currencies, "finance"))
    return faults + optimisation_faults(scenario.optimisation, "optimisation")


def _exit_parts(scenario: Scenario) -> list[Fault]:
    """Sources whose people would leave with certainty, and levers on attrition that would make anybody do so."""
    faults = []
    for group in scenario.groups:
        if not workforce_faults(group.workforce, ""):
            at_rest = [fault for source in scenario.hiring.sources for fault in _multiplied(group.workforce, source)]
            faults += at_rest or _attrition_faults(group, scenario)
    return faults


def _multiplied(workforce: Workforce, source: Source) -> list[Fault]:
    return multiplier_faults(workforce, source.exit_multiplier, f"hiring.sources.{source.name}.exit_multiplier")


def _attrition_faults(group: Group, scenario: Scenario) -> list[Fault]:
    change = scenario.levers.attrition_change
    multipliers = (1.0, *(source.exit_multiplier for source in scenario.hiring.sources))
    problem = f"it makes people of '{group.name}' leave with certainty within a month"
    too_far = multiplier_faults(_moved_workforce(group.workforce, 1 + change), max(multipliers), "")
    return [Fault("levers.attrition_change", problem, "Move it less.", f"{change:g}")] if too_far else []


def _shrinkage_parts(scenario: Scenario) -> list[Fault]:
    """A lever on shrinkage that leaves nobody on position."""
    change = scenario.levers.shrinkage_change
    problem = "it leaves no time on position in '{}'"
    return [
        Fault("levers.shrinkage_change", problem.format(group.name), "Move it less.", f"{change:g}")
        for group in scenario.groups
        if not staffing_faults(group.staffing, "") and staffing_faults(_moved_staffing(group.staffing, 1 + change), "")
    ]


def _service_parts(scenario: Scenario) -> list[Fault]:
    """A lever on the service level that asks for what no number of agents gives."""
    moved_channels = [(queue.channel, _moved_queue(queue, scenario.levers).channel) for queue in scenario.queues]
    faults = [fault for before, after in moved_channels if not channel_faults(before, "") for fault in channel_faults(after, "")]
    return [Fault("levers.service_level", fault.problem, fault.remedy, f"{scenario.levers.service_level:g}") for fault in faults[:1]]


CROSS_CHECKS = (
    _names,
    _site_parts,
    _queue_parts,
    _transfer_parts,
    _queue_shares,
    _group_parts,
    _organisation_parts,
    _finance_parts,
    _exit_parts,
    _shrinkage_parts,
    _service_parts,
)


# --- Levers -------------------------------------------------------------------------------------------------------------------------------


def moved(scenario: Scenario) -> Scenario:
    """The scenario with its levers worked into the figures they scale, and the levers themselves at rest.

    What no lever touches is the same object, so that what was worked out for it can be kept.
    """
    levers = scenario.levers
    if levers == Levers():
        return scenario
    return scenario.model_copy(
        update={
            "queues": tuple(_moved_queue(queue, levers) for queue in scenario.queues),
            "groups": tuple(_moved_group(group, levers, scenario.horizon.months) for group in scenario.groups),
            "hiring": _moved_hiring(scenario.hiring, levers),
            "organisation": _moved_organisation(scenario.organisation, levers),
            "levers": Levers(),
        }
    )


def _compounded(values: tuple[float, ...], growth: float) -> tuple[float, ...]:
    return tuple(value * (1 + growth) ** month for month, value in enumerate(values))


def _moved_queue(queue: Queue, levers: Levers) -> Queue:
    changes: dict[str, Any] = {}
    if levers.growth_monthly and queue.contacts_monthly is not None:
        changes["contacts_monthly"] = _compounded(queue.contacts_monthly, levers.growth_monthly)
    elif levers.growth_monthly:
        changes["growth_monthly"] = (1 + queue.growth_monthly) * (1 + levers.growth_monthly) - 1
    if levers.aht_change:
        changes["aht_s"] = queue.aht_s * (1 + levers.aht_change)
        if queue.aht_monthly_s is not None:
            changes["aht_monthly_s"] = tuple(aht * (1 + levers.aht_change) for aht in queue.aht_monthly_s)
    if levers.service_level is not None and not isinstance(queue.channel, Deferred):
        target = queue.channel.target.model_copy(update={"service_level": levers.service_level})
        changes["channel"] = queue.channel.model_copy(update={"target": target})
    return queue.model_copy(update=changes) if changes else queue


def _moved_group(group: Group, levers: Levers, months: int) -> Group:
    changes: dict[str, Any] = {}
    if levers.growth_monthly and group.stated_heads is not None:
        changes["stated_heads"] = StatedHeads(path=_compounded(stated_path(group.stated_heads, months), levers.growth_monthly))
    if levers.attrition_change:
        changes["workforce"] = _moved_workforce(group.workforce, 1 + levers.attrition_change)
    if levers.shrinkage_change:
        changes["staffing"] = _moved_staffing(group.staffing, 1 + levers.shrinkage_change)
    return group.model_copy(update=changes) if changes else group


def _moved_workforce(workforce: Workforce, scale: float) -> Workforce:
    if workforce.annual_attrition is not None:
        return workforce.model_copy(update={"annual_attrition": workforce.annual_attrition * scale})
    bands = (band.model_copy(update={"exit_probability_monthly": band.exit_probability_monthly * scale}) for band in workforce.tenure_bands)
    return workforce.model_copy(update={"tenure_bands": tuple(bands)})


def _moved_staffing(staffing: Staffing, scale: float) -> Staffing:
    factors = (factor.model_copy(update={"fraction": factor.fraction * scale}) for factor in staffing.shrinkage)
    return staffing.model_copy(update={"shrinkage": tuple(factors)})


def _moved_hiring(hiring: Hiring, levers: Levers) -> Hiring:
    if levers.starts_max_monthly is None:
        return hiring
    return hiring.model_copy(update={"starts_max_monthly": levers.starts_max_monthly})


def _moved_organisation(organisation: Organisation, levers: Levers) -> Organisation:
    leaders = [position for position, role in enumerate(organisation.roles) if role.kind == "leader"]
    roles = list(organisation.roles)
    for position, span in ((leaders[:1], levers.first_span), (leaders[-1:], levers.top_span)):
        if span is not None and position:
            roles[position[0]] = roles[position[0]].model_copy(update={"span": span})
    return organisation.model_copy(update={"roles": tuple(roles)})


def stated_path(stated: StatedHeads, months: int) -> tuple[float, ...]:
    """Required heads [months] of a group that states them: its path, or start + addition x month."""
    if stated.path is not None:
        return stated.path
    return tuple((stated.start or 0.0) + stated.add_monthly * month for month in range(months))


def changed(scenario: Scenario, changes: dict[str, Any]) -> Scenario:
    """The scenario with the values at dotted paths replaced together, its levers tried. Raises InvalidScenario with every fault.

    Where only levers change, all else stays the same object.
    """
    if changes and all(path.startswith("levers.") for path in changes):
        result = scenario.model_copy(update={"levers": _changed_levers(scenario.levers, changes)})
    else:
        result = parameters.put_all(scenario, changes)
    faults = lever_faults(result)
    if faults:
        raise InvalidScenario(faults)
    return result


def _changed_levers(levers: Levers, changes: dict[str, Any]) -> Levers:
    try:
        return parameters.put_all(levers, {path.removeprefix("levers."): value for path, value in changes.items()})
    except InvalidScenario as error:
        raise InvalidScenario([replace(fault, place=f"levers.{fault.place}") for fault in error.faults]) from None


def lever_faults(scenario: Scenario) -> list[Fault]:
    """What the levers would make of a scenario that no scenario may be."""
    try:
        return [] if scenario.levers == Levers() else cross_faults(moved(scenario))
    except InvalidScenario as error:
        return list(error.faults)
    except ValueError:
        return [Fault("levers", "a figure they scale leaves its bounds", "Move them less.")]


# --- Files --------------------------------------------------------------------------------------------------------------------------------


def from_json(text: str, place: str = "scenario") -> Scenario:
    """A scenario from its JSON text. Raises InvalidScenario with every fault."""
    try:
        document = json.loads(text)
    except (ValueError, RecursionError) as error:
        where = f" at line {error.lineno}, column {error.colno}" if isinstance(error, json.JSONDecodeError) else ""
        raise InvalidScenario([Fault(place, f"it is not JSON{where}", "Save it again from the planner, or mend the text there.")]) from None
    if not isinstance(document, dict):
        raise InvalidScenario([Fault(place, "it is not a scenario", "A scenario is one JSON object with name, horizon, sites and groups.")])
    return parameters.build(Scenario, migrated(document))


def migrated(document: dict[str, Any]) -> dict[str, Any]:
    """The document in today's form. A document of a newer program is refused."""
    version = document.get("version", VERSION)
    if isinstance(version, int) and version > VERSION:
        raise InvalidScenario([Fault("version", f"the scenario is of form {version}, this program knows {VERSION}", "Open it with a newer program.")])
    return document


def load(path: str | Path) -> Scenario:
    """A scenario from a JSON file. Raises InvalidScenario with every fault, or when the file cannot be read."""
    try:
        text = Path(path).read_text(encoding="utf-8")
    except OSError as error:
        raise InvalidScenario([Fault(str(path), f"the file cannot be read: {error.strerror}", "Check its name and that it may be read.")]) from None
    except UnicodeDecodeError:
        raise InvalidScenario([Fault(str(path), "the file is not UTF-8 text", "Save it as JSON in UTF-8.")]) from None
    return from_json(text, str(path))


def to_json(scenario: Scenario) -> str:
    """The scenario as JSON text; figures that stand at their default are left out."""
    return scenario.model_dump_json(indent=1, exclude_defaults=True)
