"""`parameters`: every parameter of a scenario, a line each."""

import json
from typing import Annotated

import typer

from planner import parameters
from planner.cli.shared import ScenarioName, Unusable, find_scenario, told
from planner.errors import Fault


def parameters_command(
    name: ScenarioName,
    text: Annotated[str, typer.Option("--filter", metavar="TEXT", help="Only parameters with this text in their path or help.")] = "",
) -> None:
    """List every parameter: path, value as --set takes it, unit, bounds, help; a line each, separated by tabs."""
    with told():
        found = [parameter for parameter in parameters.walk(find_scenario(name)) if text.casefold() in f"{parameter.path} {parameter.help}".casefold()]
        if not found:
            raise Unusable([Fault("--filter", "no parameter has this text in its path or help", "Try a shorter one.", repr(text))])
    typer.echo("\n".join(["path\tvalue\tunit\tbounds\thelp", *map(parameter_line, found)]))


def parameter_line(parameter: parameters.Parameter) -> str:
    """One parameter as a line of text: path, JSON value, unit, bounds and help, separated by tabs."""
    value = "" if parameter.value is None else json.dumps(parameter.value, ensure_ascii=False, default=str)
    return "\t".join([parameter.path, value, parameter.unit.symbol, bounds(parameter), parameter.help])


def bounds(parameter: parameters.Parameter) -> str:
    """The bounds of a number in words; empty without any."""
    low, high = (None if bound is None else f"{bound:g}" for bound in (parameter.lower, parameter.upper))
    if low is not None and high is not None:
        return f"{low} to {high}"
    return f"from {low}" if low is not None else f"up to {high}" if high is not None else ""
