"""``pamitan certificate`` and ``pamitan verify``: what was erased, for whoever asks for proof."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from pamitan.cli.output import Exit, JsonFlag, fail, print_json, say
from pamitan.cli.session import ReferenceArgument, StoreOption, open_store, plain_failures, the_closure
from pamitan.evidence.commitment import opens
from pamitan.evidence.signed import NoCertificate, SignedCertificate


def certificate(
    reference: ReferenceArgument,
    store: StoreOption,
    as_json: JsonFlag = False,
) -> None:
    """Print the signed certificate of a closure, as a file that 'pamitan verify' reads."""
    with plain_failures(as_json):
        open_store(store)
        from pamitan.evidence.certificate import signed

        found = signed(the_closure(reference, as_json).pk)
        if found is None:
            sentence = f"There is no certificate for {reference} yet: it is issued when the closure is closed."
            fail(sentence, Exit.NOT_FOUND, as_json)
        typer.echo(found.to_json())


def verify(
    file: Annotated[
        Path, typer.Argument(help="The store's copy, as 'pamitan certificate' printed it, or the customer's.")
    ],
    public_key: Annotated[
        str | None,
        typer.Option("--public-key", help="The store's public key (base64), got from the store by another way."),
    ] = None,
    proof_code: Annotated[
        str | None, typer.Option("--proof-code", help="Whose is the customer's copy? The code of their outcome mail.")
    ] = None,
    address: Annotated[
        str | None, typer.Option("--address", help="And the e-mail address that the certificate is to be for.")
    ] = None,
    as_json: JsonFlag = False,
) -> None:
    """Check a certificate without the store and without a network: exit code 0 when nothing in it was changed."""
    found = _read(file, as_json)
    if not found.holds(public_key):
        whose = "this public key" if public_key else "the key that it names"
        fail(f"{file}: NOT valid: it was changed, or it was not signed with {whose}.", Exit.FAILED, as_json)
    document, theirs = found.document, _whose(found, proof_code, address, as_json)
    if as_json:
        facts = {"valid": True, "holder_fits": theirs, "key_given": public_key is not None}
        print_json({**facts, "public_key": found.public_key, **document})
        return
    say(f"Valid: {document.get('store')}, closure {document.get('reference')}, closed at {document.get('closed_at')}.")
    if theirs:
        say("It is the certificate of who has this e-mail address and this proof code.")
    for line in [*found.by_category(), *(f"Not looked at in {line}." for line in found.not_looked_at())]:
        say(line)
    if public_key is None:
        say(f"Signed with the key {found.public_key}. Compare it with the one that the store publishes,")
        say("or give that one with --public-key: anybody can sign with a key of their own.")


def _whose(found: SignedCertificate, code: str | None, address: str | None, as_json: bool) -> bool | None:
    """Whether it is this person's; ``None`` where nobody asked. Ends the command where it is another's."""
    if code is None and address is None:
        return None
    if not code or not address:
        fail("Give both --proof-code and --address, or neither.", Exit.USAGE, as_json)
    if not opens(found.document.get("holder"), code, address):
        sentence = "The certificate is valid, but it is not that of who has this e-mail address and this proof code."
        fail(sentence, Exit.FAILED, as_json)
    return True


def _read(file: Path, as_json: bool) -> SignedCertificate:
    try:
        return SignedCertificate.from_json(file.read_text("utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        fail(f"{file}: cannot be read ({type(error).__name__}); name a certificate file.", Exit.USAGE, as_json)
    except NoCertificate as error:
        fail(f"{file}: {error}; name a file that 'pamitan certificate' printed.", Exit.USAGE, as_json)
