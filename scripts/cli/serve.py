"""`obnovi serve`: the ledger over HTTP, for programs, subscribers and clerks (contract §11)."""

from collections.abc import Sequence
from pathlib import Path

import click

from ledger.units import Kopecks
from scripts.app.corrections import LIMIT
from scripts.cli.options import print_error, with_settings
from scripts.cli.rubles import RublesType
from scripts.errors import UsageError
from scripts.wiring import Settings, catalogue_text, ledger_ref, now, open_ledger, state_place


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, metavar="ADDRESS", help="The address to listen on.")
@click.option("--port", type=click.IntRange(0, 65_535), default=8000, show_default=True, help="The port; 0 is any.")
@click.option("--oidc", metavar="FILE", help="The provider (OpenID Connect) that knows the staff, in TOML.")
@click.option(
    "--proxy", "proxies", multiple=True, metavar="ADDRESS",
    help="A proxy before this server, whose word is taken for who asks and whether by https.",
)  # fmt: skip
@click.option(
    "--limit", type=RublesType(), default=LIMIT, metavar="RUBLES", show_default="1000.00",
    help="Corrections and refunds of more than this take a second person.",
)  # fmt: skip
@with_settings
def serve(settings: Settings, host: str, port: int, oidc: str | None, proxies: Sequence[str], limit: Kopecks) -> int:
    """Serve the ledger: an API for programs, личный кабинет at /, the clerks' desk at /desk.

    Who may ask what is told by tokens (`obnovi token create`), for the staff also by a provider; subscribers get a code
    by SMS, which whoever sends them takes from /v1/notices. Requests are told of on stderr, a line of JSON each without
    anybody's number. SIGTERM ends it when what is under way is answered. Before other machines it wants a proxy that
    speaks https, named with --proxy.

    \b
    Example:
      obnovi serve
      obnovi serve --host 0.0.0.0 --port 8443 --proxy 10.0.0.7 --oidc provider.toml
    """
    if settings.json:
        raise UsageError("serve prints no answer; leave --json out")
    try:
        from scripts.web import serving  # noqa: PLC0415  # an extra that nothing else needs
    except ModuleNotFoundError as error:
        raise UsageError(f"the server needs {error.name}; install it with `pip install 'obnovi[web]'`") from None
    with open_ledger(settings) as ledger, ledger.snapshot() as snapshot:  # that it is there, and told as ever if not
        place = state_place(settings, snapshot.log)
    catalogue = None if settings.catalogue is None else catalogue_text(Path(settings.catalogue))
    if not serving.is_loopback(host) and not proxies:
        print_error(f"{host} is no address of this machine alone: without https before it, whoever listens reads along")
    serving.serve(
        ledger_ref(settings),
        place,
        host=host,
        port=port,
        now=now,
        told=lambda address: print_error(f"Listening on {address}"),
        catalogue=catalogue,
        limit=limit,
        oidc=None if oidc is None else Path(oidc),
        proxies=proxies,
    )
    return 0
