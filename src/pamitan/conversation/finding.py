"""Finding an article by the words that people use: any of three languages, without accents, with a slip or two."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from difflib import SequenceMatcher

from pamitan.conversation.articles import Article

WORDS = {
    "close": (
        "close closing closure delete deleting deletion remove erase cancel cancelling quit leave leaving stop end exit"
        " unsubscribe deactivate goodbye account profile"
        " tutup menutup penutupan hapus menghapus penghapusan batal batalkan membatalkan berhenti keluar nonaktifkan"
        " pamit pergi akhiri akun profil"
        " chiudere chiudi chiusura eliminare elimina eliminazione cancellare cancella cancellazione rimuovere rimuovi"
        " disattivare disiscrivermi lasciare uscire smettere abbandonare profilo utenza"
    ),
    "manage": (
        "manage status stands progress when undo withdraw change changed mind conversation conversations reference case"
        " kelola status perkembangan kapan urungkan berubah pikiran percakapan rujukan nomor"
        " gestire gestisci stato quando ripensamento cambiato cambiare idea conversazione conversazioni pratica numero"
    ),
    "what-closing-means": (
        "closing means meaning consequences lose lost erased kept keep law data privacy gdpr restore recover undo"
        " akibat arti hilang simpan disimpan hukum data pribadi privasi pulihkan kembali"
        " conseguenze significa perdo perdere conservati legge dati personali ripristinare recuperare"
    ),
    "cancel-order": (
        "cancel cancelling order orders purchase parcel delivery return refund"
        " batal batalkan membatalkan pesanan pembelian paket kiriman pengiriman retur dana"
        " annullare annulla cancellare cancella ordine ordini acquisto pacco consegna reso rimborso"
    ),
    "save-e-books": (
        "save download ebook ebooks book books digital music video file files library android iphone ipad"
        " simpan unduh mengunduh buku musik berkas pustaka"
        " salvare salva scaricare scarica libro libri musica digitali libreria"
    ),
    "start-again": (
        "start again new another address email e-mail change edit update reopen register come back"
        " mulai lagi baru lain alamat surel ubah ganti perbarui daftar buka kembali"
        " ricominciare nuovo altro altra indirizzo modificare cambiare aggiornare riaprire registrarmi tornare"
    ),
}
"""What people call what an article is about; the title's own words count as well."""

SHORTEST_BEGINNING = 3
SLIPS_FROM = 5
"""Letters that a word must have before one that is nearly the same is taken for it."""
ALIKE = 0.8
"""As ``difflib`` measures it: one wrong letter in five, or two that changed places."""
LONGEST_QUERY = 200
WORDS_READ = 12


def find(query: str, among: Sequence[Article]) -> list[Article]:
    """The articles that speak of these words, the best one first; of equals, in the order they have."""
    asked = folded(query[:LONGEST_QUERY])[:WORDS_READ]
    scores = {article: sum(_score(word, _words_of(article)) for word in asked) for article in among}
    return sorted((article for article in among if scores[article]), key=lambda article: -scores[article])


def folded(text: str) -> list[str]:
    """The words, in small letters without accents; ``Perché?`` gives ``perche``."""
    bare = "".join(char for char in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(char))
    return re.findall(r"[^\W_]+", bare.replace("e-", "e"))


def _words_of(article: Article) -> list[str]:
    long_enough = [word for word in folded(str(article.title)) if len(word) > SHORTEST_BEGINNING]
    return folded(WORDS[article.slug]) + long_enough


def _score(asked: str, words: list[str]) -> int:
    """3 for the very word, 2 for its beginning, 1 for a slip, else 0."""
    if asked in words:
        return 3
    if len(asked) >= SHORTEST_BEGINNING and any(word.startswith(asked) for word in words):
        return 2
    if len(asked) >= SLIPS_FROM and any(_alike(asked, word) for word in words):
        return 1
    return 0


def _alike(asked: str, word: str) -> bool:
    return len(word) >= SLIPS_FROM and SequenceMatcher(None, asked, word, autojunk=False).ratio() >= ALIKE
