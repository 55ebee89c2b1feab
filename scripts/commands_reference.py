"""A reference of every command, made of its help: `python -m scripts.commands_reference > docs/commands.md`."""

import copy
from collections.abc import Iterator
from typing import Final

import click

from scripts.cli.main import COMMANDS, cli

WIDTH: Final = 110
GLOBAL: Final = frozenset(option.name for option in cli.params if option.expose_value)
"""Options that every command takes, described once; `--version` is none of them."""

HEAD: Final = """\
# Commands

Every command with its options, made of its help by `python -m scripts.commands_reference > docs/commands.md`.
What `--json` prints stands in [contract.md](contract.md), exit codes too.
"""


def reference() -> str:
    """The whole page, as Markdown."""
    names = sorted(COMMANDS)
    table = "\n".join(f"| [{name}](#{name}) | {COMMANDS[name][1]} |" for name in names)
    pieces = [HEAD, f"| command | |\n|---|---|\n{table}\n", "## Global options\n", _block(_help(cli, None))]
    root = click.Context(cli, info_name="obnovi")
    for name in names:
        command = cli.get_command(root, name)
        assert command is not None
        pieces += [f"## {name}\n", *_sections(command, click.Context(command, info_name=name, parent=root))]
    return "\n".join(pieces)


def _sections(command: click.Command, context: click.Context) -> Iterator[str]:
    """The block of a command, and below it those of its own commands."""
    yield _block(_help(command, context.parent))
    if isinstance(command, click.Group):
        for name, inner in sorted(command.commands.items()):
            yield f"### {context.info_name} {name}\n"
            yield from _sections(inner, click.Context(inner, info_name=name, parent=context))


def _help(command: click.Command, parent: click.Context | None) -> str:
    """A command's help without what every command has; of the root what every command has, without their list."""
    shown = copy.copy(command)
    if parent is None:
        shown = click.Command(command.name, help=command.help, params=command.params, add_help_option=False)
    else:
        shown.params = [param for param in command.params if param.name not in GLOBAL]
        shown.add_help_option = False
    context = click.Context(shown, info_name=command.name if parent else "obnovi", parent=parent, terminal_width=WIDTH)
    return shown.get_help(context)


def _block(text: str) -> str:
    return "```text\n" + "\n".join(line.rstrip() for line in text.strip().split("\n")) + "\n```\n"


if __name__ == "__main__":
    click.echo(reference(), nl=False)
