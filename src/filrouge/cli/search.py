"""`filrouge search`: the ads and templates nearest to a pasted text."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from filrouge.cli.options import (
    as_of_option,
    debug_option,
    key_option,
    language_option,
    open_option,
    results_option,
    with_examples,
)
from filrouge.i18n import N_, _

if TYPE_CHECKING:
    from filrouge.corpus.workspace import Workspace
    from filrouge.engines.ask import SearchIndex
    from filrouge.engines.asking import Near


def command() -> click.Command:
    """The command, in the language spoken now."""
    return click.Command(
        "search",
        callback=search,
        short_help=_("Find the ads nearest to a pasted text."),
        help=with_examples(
            _(
                "Find the ads and templates nearest to a pasted text, and show the words in common. "
                "TEXT is the text in quotes, or - to read it from standard input. It is sought in the "
                "workspace WS, or with --in among the findings of `filrouge compare`.\n\n"
                "In a workspace phones, other identifiers and names are shown by pseudonyms, the same for the "
                "same phone, unless you give the reason for opening them: --open."
            ),
            'filrouge search unit "relaxing massage downtown, ask for Anna"',
            'filrouge search unit "604 555 0123" --identifier --open "file 26-114, request of the court"',
            "filrouge search - --in findings < pasted.txt",
        ),
        params=[
            click.Argument(["asked"], nargs=-1, required=True, metavar="[WS] TEXT"),
            results_option(required=False),
            click.Option(
                ["--top"],
                type=click.IntRange(min=1),
                default=10,
                show_default=True,
                metavar="K",
                help=_("How many to show."),
            ),
            click.Option(
                ["--words"],
                is_flag=True,
                help=_(
                    'Show the newest ads that hold all the words; those in "double quotes" one after another.'
                ),
            ),
            click.Option(
                ["--identifier"],
                is_flag=True,
                help=_(
                    "Show the ads that carry the phone, address or account, or the pseudonym of one, in TEXT."
                ),
            ),
            as_of_option(),
            open_option(
                _("Show phones, other identifiers and names. The reason, who and when go to the ledger.")
            ),
            key_option(),
            language_option(),
            debug_option(),
        ],
    )


def search(
    asked: tuple[str, ...],
    folder: Path | None,
    top: int,
    words: bool,
    identifier: bool,
    as_of: str | None,
    why: str | None,
    key_file: Path | None,
) -> None:
    """Search and print what was found."""
    if folder is not None:
        if len(asked) > 1:
            raise click.UsageError(_("Give WS or --in, not both; and TEXT in quotes."))
        if words or identifier or as_of or why or key_file:
            raise click.UsageError(
                _("--words, --identifier, --as-of, --open and --key-file are for a workspace, not for --in.")
            )
        _search_findings(folder, _text(asked[0]), top)
        return
    if len(asked) != 2:
        raise click.UsageError(
            _("Say where to search, and give TEXT in quotes: filrouge search WS TEXT, or with --in DIR.")
        )
    if words and identifier:
        raise click.UsageError(_("--words and --identifier are two ways to ask: give one."))
    if why is not None and not why.strip():
        raise click.UsageError(_("Opening ads needs a reason, which the ledger keeps: --open REASON"))
    how = "words" if words else "identifier" if identifier else "near"
    _search_workspace(asked[0], _text(asked[1]), top, how, as_of, why, key_file)


def _text(given: str) -> str:
    text = sys.stdin.buffer.read().decode("utf-8", "replace") if given == "-" else given
    if not text.strip():
        raise click.UsageError(_("There is no text to search for."))
    return text


def _search_findings(folder: Path, text: str, top: int) -> None:
    from filrouge.engines import stored, whole
    from filrouge.reports import terminal

    with whole.reading(folder):
        hits = stored.search(folder, text, top)
    terminal.show_hits(text, hits)


def _search_workspace(
    where: str, text: str, top: int, how: str, as_of: str | None, why: str | None, key_file: Path | None
) -> None:
    from filrouge.cli.workspaces import note_opening, opened, reason
    from filrouge.engines.masking import unmasked, with_pseudonyms
    from filrouge.reports.workspace import show_near

    ws = opened(where, key_file, as_of)
    hits = _found(ws, text, top, how)
    if why is not None and hits:
        numbers = [hit.ad for hit in hits]
        note_opening(
            where, key_file, ws, reason(why, ""), what="search", opened=len(hits), ads_opened=numbers
        )
    shown = unmasked(ws, hits) if why is not None else with_pseudonyms(ws, hits)
    show_near(shown, how=how, masked=why is None, past=ws.fixed)


def _found(ws: Workspace, text: str, top: int, how: str) -> list[Near]:
    from filrouge.engines.masking import carriers_of, is_pseudonym

    if how == "identifier" and is_pseudonym(text):
        return carriers_of(ws, text, top)
    index = _index(ws)
    if how == "words":
        return index.by_words(text, top)
    return index.by_identifier(text, top) if how == "identifier" else index.nearest(text, top)


def _index(ws: Workspace) -> SearchIndex:
    from filrouge import progress
    from filrouge.cli.compare import cores
    from filrouge.corpus.index import missing
    from filrouge.corpus.indexing import index_folder, ranges
    from filrouge.engines.opened import open_index

    if not missing(index_folder(ws).manifest().covered, ranges(ws)):
        return open_index(ws)
    with progress.for_this_terminal() as bar:
        bar.stage(N_("Building the search index"), None)
        return open_index(ws, jobs=cores())
