"""The command line, a module for each command.

Exit codes: 0 done, 1 our fault, 2 the input is wrong or a question is open, 3 no plan meets every limit.
On an error nothing is written, and the message goes to stderr.
"""

import typer

from planner.cli.parameters import parameters_command
from planner.cli.plan import plan_command
from planner.cli.volumes import forecast_command, import_command

COMMANDS = (("plan", plan_command), ("import", import_command), ("forecast", forecast_command), ("parameters", parameters_command))

app = typer.Typer(
    help="Plan the people of a customer-service organisation, month by month.",
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
for _name, _command in COMMANDS:
    app.command(_name)(_command)
