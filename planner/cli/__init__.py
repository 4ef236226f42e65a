"""The command line, a module for each command.

Exit codes: 0 done, 1 our fault, 2 the input is wrong or a question is open, 3 no plan meets every limit.
On an error nothing is written, and the message goes to stderr.
"""

from importlib import import_module
from typing import Any

import typer
import typer.core

COMMANDS = {
    "plan": "plan",
    "roll": "roll",
    "report": "report",
    "policy": "policy",
    "import": "volumes",
    "forecast": "volumes",
    "parameters": "parameters",
    "compare": "compare",
    "seek": "compare",
    "library": "library",
}
"""Commands by the module in which each has its function, as `plan_command`."""


class Commands(typer.core.TyperGroup):
    """Loads the module of a command when it is asked for, so that none waits for the libraries of the others."""

    def list_commands(self, ctx: Any) -> list[str]:
        """Their names, in the order of the help."""
        del ctx
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """The command of that name; None where there is none."""
        del ctx
        if cmd_name not in COMMANDS:
            return None
        if cmd_name == "library":
            return typer.main.get_command(import_module("planner.cli.library").library)
        alone = typer.Typer(add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None)
        alone.command(cmd_name)(getattr(import_module(f"planner.cli.{COMMANDS[cmd_name]}"), f"{cmd_name}_command"))
        return typer.main.get_command(alone)


app = typer.Typer(cls=Commands, add_completion=False, no_args_is_help=True, pretty_exceptions_enable=False, rich_markup_mode=None)


@app.callback()
def planner() -> None:
    """Plan the people of a customer-service organisation, month by month."""
