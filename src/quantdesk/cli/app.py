"""The `quantdesk` command: thin commands over the services and the SDK.

Exit codes: 0 done, 1 refused, 2 usage, 3 could not reach something.
"""

from __future__ import annotations

import sys

import typer

from quantdesk.bootstrap.data_dir import DataDirError
from quantdesk.bootstrap.errors import ServiceRefused
from quantdesk.bootstrap.settings import SettingsError
from quantdesk.cli import assistant, box, funds, market_data, services, standing_orders, stress, trading
from quantdesk.cli.admin import commands as admin
from quantdesk.cli.output import EXIT_REFUSED, EXIT_UNREACHABLE, EXIT_USAGE, Commands, complain, explained
from quantdesk.sdk.errors import QuantDeskError, Refused, Unreachable

app = typer.Typer(
    name="quantdesk",
    cls=Commands,
    help="A perpetual-futures exchange in a box.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
for group in (box, services, market_data, trading, funds, standing_orders, assistant, stress, admin):
    group.register(app)


def main() -> None:
    """Run the command line, and turn every expected error into one sentence and an exit code."""
    try:
        app()
    except SettingsError as error:
        complain(str(error))
        sys.exit(EXIT_USAGE)
    except Unreachable as error:
        complain(f"{error}; is it running? `quantdesk doctor` says what is")
        sys.exit(EXIT_UNREACHABLE)
    except Refused as error:
        complain(explained(error))
        sys.exit(EXIT_REFUSED)
    except (QuantDeskError, ServiceRefused, DataDirError) as error:
        complain(str(error))
        sys.exit(EXIT_REFUSED)


if __name__ == "__main__":
    main()
