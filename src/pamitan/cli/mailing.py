"""``pamitan mail``: the mails that come in."""

from __future__ import annotations

import typer

from pamitan.cli.output import Exit, JsonFlag, fail, print_json, say
from pamitan.cli.session import StoreOption, open_store, plain_failures

app = typer.Typer(help="Mails that come in.", no_args_is_help=True)


@app.command("fetch")
def fetch(store: StoreOption, as_json: JsonFlag = False) -> None:
    """Look into the mailbox now, and take in what is there. While Pamitan serves, it does so by itself."""
    with plain_failures(as_json):
        open_store(store)
        from django.conf import settings

        from pamitan.channels.imap import MailboxAway
        from pamitan.worker.mailing import take_in

        if not settings.PAMITAN_IMAP_HOST:
            fail("No mailbox is set; name one with PAMITAN_IMAP_HOST.", Exit.USAGE, as_json)
        try:
            settled = take_in()
        except MailboxAway as away:
            fail(f"The mailbox cannot be read: {away}. Nothing is lost; try again later.", Exit.UNAVAILABLE, as_json)
    if as_json:
        print_json({"mails": settled})
    else:
        say(f"{settled} mails were taken in.")
