"""The `backtrace` command: finds a subcommand, and turns what goes wrong into a message and an exit code."""

from __future__ import annotations

import gc
import importlib
import os
import sys
from contextvars import copy_context
from typing import TYPE_CHECKING

import click

from backtrace.errors import BacktraceError

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

COMMANDS = {
    "run": "print the derivation of a training step, line by line",
    "step": "go through a training step one line at a time",
    "present": "show the derivation as a deck of slides in the browser",
    "export": "write a trace to a file, for programs",
    "check": "judge a sheet worked by hand: which line is wrong first, and why",
    "verify": "hold every gradient against central differences and sympy",
    "compare": "hold two trainings side by side: where they part, and by what factor",
    "list": "list what there is to choose from, or one variant in full",
    "new": "write a scenario to start from",
    "schema": "print the JSON Schema of a scenario or of a trace",
}
"""Every subcommand with what it does; each stands in the file of its name."""

_SEARCHED_AFTER = 100_000
"""How many objects are made before those that are new are searched for garbage: some more than are there to stay."""


class _ClosedPipe(Exception):  # noqa: N818  (nothing is wrong)
    """Whoever reads our output has seen enough."""


class _Commands(click.Group):
    """Loads a subcommand's file only when it is asked for."""

    def invoke(self, ctx: click.Context) -> object:
        """Run the subcommand; a closed pipe is answered by `main`, not by click, which takes it for a failure."""
        try:
            result = super().invoke(ctx)
            sys.stdout.flush()
        except BrokenPipeError as error:
            raise _ClosedPipe from error
        return result

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module = importlib.import_module(f"backtrace.cli.{cmd_name}")
        command: click.Command = module.command
        return command

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """The names of subcommands, of which none is loaded, and the options."""
        from click.shell_completion import CompletionItem

        found = [CompletionItem(name, help=says) for name, says in COMMANDS.items() if name.startswith(incomplete)]
        return found + click.Command.shell_complete(self, ctx, incomplete)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        try:
            return super().resolve_command(ctx, args)
        except click.UsageError as error:
            import difflib

            near = difflib.get_close_matches(args[0], COMMANDS, n=1)
            hint = f"did you mean {near[0]!r}?" if near else f"known are {', '.join(COMMANDS)}"
            raise click.UsageError(f"there is no command {args[0]!r}: {hint}", ctx) from error


@click.command(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="backprop-tracer", prog_name="backtrace")
def backtrace() -> None:
    """Show, line by line, how a neural network learns."""


def main(arguments: list[str] | None = None) -> int:
    """Run the command line; the exit code.

    0 done, 1 a check found something wrong, 2 wrong usage or input, 3 numbers out of range, 130 interrupted.
    """
    try:
        result = copy_context().run(backtrace.main, arguments, prog_name="backtrace", standalone_mode=False)
        return result if isinstance(result, int) else 0
    except click.exceptions.Exit as ended:
        return ended.exit_code
    except click.ClickException as error:
        error.show()
        return 2
    except BacktraceError as error:
        from backtrace.cli.report import report

        report(error)
        return error.exit_code
    except (KeyboardInterrupt, click.Abort):
        print("interrupted", file=sys.stderr)
        return 130
    except (_ClosedPipe, OSError) as error:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        if isinstance(error, _ClosedPipe):
            return 0
        print(f"error: cannot write the output: {error.strerror}", file=sys.stderr)
        return 2


def entry() -> None:
    """The entry point of the installed commands.

    What a command loads stays until it ends: searching that for garbage, while it loads and again when Python takes
    itself down, would be a sixth of the time of a short command.
    """
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")  # none has a say here, and they take long to look for
    gc.set_threshold(_SEARCHED_AFTER)
    code = main()
    gc.freeze()
    sys.exit(code)
