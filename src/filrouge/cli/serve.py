"""`filrouge serve`: the workbench in the browser."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

from filrouge.cli.options import (
    closing_options,
    database_option,
    queue_option,
    with_examples,
    workspace_argument,
)
from filrouge.i18n import _

if TYPE_CHECKING:
    from filrouge.casework.outside import Outside
    from filrouge.web.provider import Provider

PORT = 8600
ANYWHERE = ("0.0.0.0", "::")


def command() -> click.Command:
    """The command, in the language spoken now."""
    return click.Command(
        "serve",
        callback=serve,
        short_help=_("Open the workbench of a workspace in the browser."),
        help=with_examples(
            _(
                "Serve the workbench of a workspace: the web application where analysts work. It is reached from this "
                "machine alone unless you say another --host; then put it behind a server that speaks https, and say "
                "--https and the --name by which people reach it."
            ),
            "filrouge serve unit",
            "filrouge serve unit --host 0.0.0.0 --name workbench.example.org --https",
        ),
        params=[
            workspace_argument(),
            click.Option(
                ["--host"], default="127.0.0.1", show_default=True, help=_("The address to listen on.")
            ),
            click.Option(
                ["--port"],
                type=click.IntRange(0, 65535),
                default=PORT,
                show_default=True,
                help=_("The port to listen on."),
            ),
            click.Option(
                ["--name", "names"],
                multiple=True,
                metavar="HOST",
                help=_(
                    "A name under which browsers reach it; may be given several times. Others are refused."
                ),
            ),
            click.Option(
                ["--https"], is_flag=True, help=_("Browsers reach it by https: cookies go by nothing else.")
            ),
            click.Option(
                ["--proxy", "proxies"],
                multiple=True,
                metavar="ADDRESS",
                help=_(
                    "With --https: the address of the server in front, whose word on where requests come from is "
                    "taken. Default: this machine."
                ),
            ),
            click.Option(
                ["--inbox"],
                metavar="DIR",
                type=click.Path(exists=True, file_okay=False, path_type=Path),
                help=_(
                    "A folder of this machine from which people may bring files; no other can be reached."
                ),
            ),
            click.Option(
                ["--largest-file"],
                metavar="MB",
                type=click.IntRange(min=1),
                default=2_000,
                show_default=True,
                help=_("How many MB a file may have that people bring."),
            ),
            click.Option(
                ["--work/--no-work"],
                default=True,
                help=_(
                    "Also start a process that works on background jobs. Without it, start `filrouge work`."
                ),
            ),
            click.Option(
                ["--second-factor"],
                type=click.Choice(["offered", "leaders", "everybody"]),
                default="offered",
                show_default=True,
                help=_("Of whom a second factor is required; leaders are administrators and supervisors."),
            ),
            *_provider_options(),
            *_outside_options(),
            database_option(),
            queue_option(),
            *closing_options(),
        ],
    )


def _provider_options() -> list[click.Option]:
    return [
        click.Option(
            ["--oidc-issuer"],
            metavar="URL",
            help=_(
                "Let people sign in at your organisation's OpenID provider, by its address. Register "
                "https://NAME/sign-in/back there as the address to come back to."
            ),
        ),
        click.Option(
            ["--oidc-client-id"],
            metavar="ID",
            help=_("What the provider knows the workbench by. Its secret comes from FILROUGE_OIDC_SECRET."),
        ),
        click.Option(["--oidc-label"], metavar="NAME", help=_("What the provider is called on the page.")),
        click.Option(
            ["--oidc-newcomers"],
            type=click.Choice(["none", "analyst", "partner"]),
            default="none",
            show_default=True,
            help=_(
                "The role of who comes from the provider for the first time; none: they wait until an administrator "
                "lets them in."
            ),
        ),
    ]


def _outside_options() -> list[click.Option]:
    return [
        click.Option(
            ["--address"],
            metavar="URL",
            envvar="FILROUGE_ADDRESS",
            help=_("How people reach it, for links in e-mail. Default: made of --name and --port."),
        ),
        click.Option(
            ["--mail-server"],
            metavar="HOST:PORT",
            envvar="FILROUGE_MAIL_SERVER",
            help=_(
                "Tell people of alerts by e-mail, through this server; it must speak STARTTLS. Its name and password "
                "come from FILROUGE_MAIL_USER and FILROUGE_MAIL_PASSWORD."
            ),
        ),
        click.Option(
            ["--mail-from"],
            metavar="ADDRESS",
            envvar="FILROUGE_MAIL_FROM",
            help=_("Whom that e-mail comes from."),
        ),
        click.Option(
            ["--webhook-host", "webhook_hosts"],
            multiple=True,
            metavar="HOST",
            envvar="FILROUGE_WEBHOOK_HOSTS",
            help=_(
                "A host, or HOST:PORT, that supervisors may have told of alerts by https; may be given several times. "
                "No other is ever called."
            ),
        ),
    ]


def outside(
    address: str | None, mail_server: str | None, mail_from: str | None, webhook_hosts: tuple[str, ...]
) -> Outside:
    """What may go outside, as the options and the environment say it.

    Raises:
        click.UsageError: if half of it is missing.
    """
    from filrouge.casework.outside import Outside

    if bool(mail_server) != bool(mail_from):
        raise click.UsageError(_("--mail-server and --mail-from are needed together."))
    said = {
        "FILROUGE_ADDRESS": address or "",
        "FILROUGE_MAIL_SERVER": mail_server or "",
        "FILROUGE_MAIL_FROM": mail_from or "",
        "FILROUGE_WEBHOOK_HOSTS": " ".join(webhook_hosts),
    }
    return Outside.of({**os.environ, **said})


def provider(issuer: str | None, client_id: str | None, label: str | None, newcomers: str) -> Provider | None:
    """The provider that the options name; None for none.

    Raises:
        click.UsageError: if half of it is missing, or what is sent there could be read on the way.
    """
    from filrouge.casework.access import Role
    from filrouge.web.provider import Provider, is_safe_address

    if issuer is None and client_id is None:
        return None
    if not issuer or not client_id:
        raise click.UsageError(_("--oidc-issuer and --oidc-client-id are needed together."))
    if not is_safe_address(issuer):
        raise click.UsageError(_("The address of the provider must begin with https://."))
    role = None if newcomers == "none" else Role(newcomers)
    return Provider(issuer, client_id, os.environ.get("FILROUGE_OIDC_SECRET", ""), label or "", role)


def serve(
    where: str,
    host: str,
    port: int,
    names: tuple[str, ...],
    https: bool,
    proxies: tuple[str, ...],
    second_factor: str,
    oidc_issuer: str | None,
    oidc_client_id: str | None,
    oidc_label: str | None,
    oidc_newcomers: str,
    address: str | None,
    mail_server: str | None,
    mail_from: str | None,
    webhook_hosts: tuple[str, ...],
    database_url: str | None,
    queue_url: str | None,
    inbox: Path | None,
    largest_file: int,
    work: bool,
    key_file: Path | None,
) -> None:
    """Serve until interrupted."""
    import uvicorn

    from filrouge.cli.practice import show_login
    from filrouge.cli.workspaces import opened
    from filrouge.web.app import create_app
    from filrouge.web.house import OWN_HOSTS, Settings
    from filrouge.web.logs import write_lines

    shown = host if host not in ANYWHERE else (names[0] if names else "127.0.0.1")
    if not address:
        address = f"https://{names[0]}" if https and names else f"http://{shown}:{port}"
    settings = Settings(
        opened(where, key_file),
        database_url=database_url,
        hosts=(*OWN_HOSTS, *names, *(() if host in ANYWHERE else (host,))),
        secure=https,
        second_factor=second_factor,
        oidc=provider(oidc_issuer, oidc_client_id, oidc_label, oidc_newcomers),
        work=work,
        key_file=key_file,
        options={
            "queue_url": queue_url,
            "inbox": inbox,
            "largest_file": largest_file * 1_000_000,
            "outside": outside(address, mail_server, mail_from, webhook_hosts),
        },
    )
    write_lines()
    app = create_app(settings)
    click.echo(_("The workbench is at {address} (Ctrl-C ends it).").format(address=f"http://{shown}:{port}"))
    practice = app.state.house.practice
    if practice is not None:
        show_login(practice)
    uvicorn.run(
        app,
        host=host,
        port=port,
        log_level="warning",
        access_log=False,
        server_header=False,
        # Written in Python, and strict about where a request ends.
        http="h11",
        # Without a server in front nobody may say that a request came from elsewhere.
        proxy_headers=https,
        forwarded_allow_ips=list(proxies) or "127.0.0.1",
        # Pages that follow a job keep a connection open; the browser asks again.
        timeout_graceful_shutdown=3,
    )
