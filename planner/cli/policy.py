"""`policy`: what convictions do to a scenario, alone and together; without any, the list of them."""

from pathlib import Path
from typing import Annotated

import typer

from planner import comparison, parameters, policies
from planner import scenario as scenarios
from planner.cli.parameters import parameter_line
from planner.cli.shared import Changes, ScenarioName, Unusable, changed, find_scenario, pair, told, value_of, writing
from planner.comparison import Weighed
from planner.errors import Fault, InvalidScenario
from planner.policies import PolicyParameters
from planner.report import export

On = Annotated[list[str] | None, typer.Option("--on", metavar="POLICY", help="Switch a policy on. Repeatable. Without it the policies are listed.")]


def policy_command(
    name: ScenarioName,
    on: On = None,
    changes: Changes = None,
    out: Annotated[Path | None, typer.Option("--out", metavar="DIR", help="Folder for comparison.csv, figures.csv and the switched scenario.json.")] = None,
    size: Annotated[float | None, typer.Option("--size", metavar="PEOPLE", min=1, help="Size that months are counted to.")] = None,
) -> None:
    """Switch policies on and tell what changes, without and with side by side; --set takes a policy's parameters too, as mentors.share=0.1."""
    with told():
        given = find_scenario(name)
        wanted = dict.fromkeys(on or [])
        settings, others = _sorted_out([pair(change, "--set") for change in changes or []])
        chosen = _chosen(list(wanted), settings)
        if not chosen:
            if out is not None:
                raise Unusable([Fault("--out", "no policy is on, so there is nothing to write", "Add --on with the name of a policy.")])
            typer.echo(_listed())
            return
        weighed = comparison.weigh(changed(given, others), chosen, size)
        paths = _write(weighed, out) if out is not None else ()
    typer.echo("\n".join(_words(weighed)))
    if paths:
        typer.echo(f"Written to {out}: {', '.join(path.name for path in paths)}")


def _sorted_out(changes: list[tuple[str, str]]) -> tuple[dict[str, dict[str, str]], list[tuple[str, str]]]:
    """Settings of policies by policy, and changes of the scenario."""
    names = {policy.name for policy in policies.POLICIES}
    settings: dict[str, dict[str, str]] = {}
    others = []
    for path, value in changes:
        first, _, rest = path.partition(".")
        if first in names and rest:
            settings.setdefault(first, {})[rest] = value
        else:
            others.append((path, value))
    return settings, others


def _chosen(on: list[str], settings: dict[str, dict[str, str]]) -> dict[str, PolicyParameters]:
    """The policies that are on with their parameters. Raises InvalidScenario or Unusable with every fault."""
    off = [name for name in settings if name not in on]
    if off:
        raise Unusable([Fault(f"--set {name}", "the policy is not on", f"Add --on {name}.") for name in off])
    faults: list[Fault] = []
    found: dict[str, PolicyParameters] = {}
    for name in on:
        try:
            wanted = {path: value_of(text) for path, text in settings.get(name, {}).items()}
            found[name] = parameters.put_all(policies.named(name).parameters(), wanted)
        except InvalidScenario as error:
            faults += [Fault(f"{name}.{fault.place}".removeprefix(f"{name}.{name}"), fault.problem, fault.remedy, fault.value) for fault in error.faults]
    if faults:
        raise Unusable(faults)
    return found


def _listed() -> str:
    """Every policy with its conviction and its parameters, as `parameters` lists them."""
    lines = []
    for policy in policies.POLICIES:
        lines += [f"{policy.name}: {policy.title}. {policy.conviction}"]
        lines += [f"  {policy.name}.{parameter_line(parameter)}" for parameter in parameters.walk(policy.parameters())]
    return "\n".join(lines)


def _words(weighed: Weighed) -> list[str]:
    """The comparison in words: what changes and why, the figures side by side, the order, assumptions."""
    from planner.report import policy_words

    table = policy_words.side_by_side(weighed)
    rows = zip(*(table[name] for name in ("Figure", weighed.comparison.names[0], weighed.comparison.names[-1], "Change")), strict=True)
    lines = [f"{figure}: {without} without, {together} with ({change})" for figure, without, together, change in rows if change != "none"]
    return [*policy_words.sentences(weighed), "", *lines, "", policy_words.order_in_words(weighed), *_assumed(weighed)]


def _assumed(weighed: Weighed) -> list[str]:
    chosen = [policies.named(name) for name in weighed.on]
    return [f"{policy.title} assumes: {' '.join(policy.assumes)} How sure: {policy.evidence}" for policy in chosen]


def _write(weighed: Weighed, out: Path) -> tuple[Path, ...]:
    from planner.report import policy_words

    files = {
        "comparison.csv": export.to_csv(policy_words.comparison_table(weighed.comparison)),
        "figures.csv": export.to_csv(policy_words.figures_table(weighed)),
        "scenario.json": scenarios.to_json(weighed.switched).encode(),
    }
    with writing(out):
        out.mkdir(parents=True, exist_ok=True)
        for file, content in files.items():
            export.write_file(out / file, content)
    return tuple(out / file for file in files)
