"""`filrouge serve`: the workbench in the browser."""

from __future__ import annotations

from pathlib import Path

import click

from filrouge.cli.options import closing_options, database_options, with_examples, workspace_argument
from filrouge.i18n import _

PORT = 8600


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
            *database_options(),
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
            *closing_options(),
        ],
    )


def serve(
    where: str,
    host: str,
    port: int,
    names: tuple[str, ...],
    https: bool,
    database_url: str | None,
    queue_url: str | None,
    inbox: Path | None,
    largest_file: int,
    work: bool,
    key_file: Path | None,
) -> None:
    """Serve until interrupted."""
    import uvicorn

    from filrouge.casework.practice import found_key
    from filrouge.cli.practice import show_login
    from filrouge.cli.workspaces import opened
    from filrouge.web.app import create_app
    from filrouge.web.house import OWN_HOSTS, Settings

    key_file = found_key(where, key_file)
    settings = Settings(
        opened(where, key_file),
        database_url=database_url,
        hosts=(*OWN_HOSTS, host, *names),
        secure=https,
        work=work,
        key_file=key_file,
        options={"queue_url": queue_url, "inbox": inbox, "largest_file": largest_file * 1_000_000},
    )
    app = create_app(settings)
    shown = host if host not in ("0.0.0.0", "::") else (names[0] if names else "127.0.0.1")
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
        proxy_headers=https,
        # Pages that follow a job keep a connection open; the browser asks again.
        timeout_graceful_shutdown=3,
    )
