"""What names of tables and columns say, in English, Indonesian, Italian and other languages of shops."""

from __future__ import annotations

import re
from functools import cache
from typing import Literal

Kind = Literal[
    "email",
    "phone",
    "name",
    "address",
    "ip address",
    "user agent",
    "card or bank number",
    "identity number",
    "birth date",
    "location",
    "e-mail hash",
    "secret",
    "person",
    "free text",
]
"""What a place holds of a person. ``person``: something of theirs of another sort; ``secret``: a password or token."""

_BOUNDARY = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])|(?<=[A-Za-z])(?=\d)|[\W_]+")
# Words that are often written without anything between them
_TOGETHER = re.compile(
    r"^(first|last|full|user|nick|middle|given|family|sur|display|company|birth|post|zip|street|house|phone|mobile|tele|"
    r"email|e|ip|mac|card|account|customer|client|member|order|session|remote|pass)"
    r"(name|date|day|code|number|no|address|addr|phone|mail|agent|id|key|word|hash|holder|line|token|login)$"
)
_NAME_WORDS = (
    r"(first|last|sur|full|given|family|middle|nick|real|maiden|display|screen|legal|contact|recipient|receiver|customer|"
    r"buyer|client|member|user|billing|shipping|ship|bill|payment|delivery|holder|owner|consignee|sender|author|payer|"
    r"payee|person|guest|traveller|passenger|attendee|participant|beneficiary|patient|student|subscriber)"
)
_RULES: list[tuple[Kind, str]] = [
    (
        "secret",
        r"_(password|passwd|pwd|pass|kata_sandi|sandi|salt|secret|otp|pin|remember_token|api_key|token|passwort|"
        r"(activation|auth|recovery|reset|verification|confirmation|security)_(key|code|hash|stamp))_",
    ),
    ("e-mail hash", r"_(e_?mail|mail|gravatar)_(hash|md5|sha1?|sha256|digest)_|_hashed_e_?mail_|_gravatar_"),
    ("ip address", r"_(ip|ipv4|ipv6|remote_addr|ip_addr|ip_address|x_forwarded_for|forwarded_ip|client_ip)_"),
    ("user agent", r"_(user_agent|useragent|browser|ua|http_user_agent|device_id|device_name|fingerprint|idfa|gaid)_"),
    (
        "email",
        r"_(e_?mail|mail|e_mail|surel|correo|courriel|posta_elettronica|email_address|mail_address|alamat_surel|paypal)_",
    ),
    (
        "phone",
        r"_(phone|telephone|telefon|telefono|telefone|tel|telp|telepon|mobile|cell|cellphone|cellulare|cellular|handphone|"
        r"hp|no_hp|nohp|ponsel|whatsapp|wa_number|msisdn|fax|handy|movil|portable|gsm|sms_number)_",
    ),
    (
        "birth date",
        r"_(birth|dob|birthday|birthdate|tanggal_lahir|tgl_lahir|lahir|nascita|data_nascita|geburtsdatum|geburtstag|"
        r"nacimiento|naissance|nascimento|geboortedatum)_",
    ),
    (
        "card or bank number",
        r"_(iban|bic|card_(number|no)|cc_(number|no)|credit_card|pan|bank_account|account_(number|no)|rekening|no_rek|norek|"
        r"conto_corrente|kontonummer|sort_code|card_last|last_?4|card_holder)_",
    ),
    (
        "identity number",
        r"_(tax_id|taxid|vat|vat_(id|number|no)|tax_number|npwp|nik|ktp|no_ktp|ssn|passport|paspor|codice_fiscale|partita_iva|cpf|cnpj|nif|"
        r"dni|bsn|pesel|nino|identity_(number|no|card)|id_card|national_id|licen[cs]e_(number|plate)|steuernummer|sim_number)_",
    ),
    ("location", r"_(latitude|longitude|lat|lng|lon|geo|geolocation|coordinates|gps|koordinat)_"),
    (
        "name",
        rf"_{_NAME_WORDS}_name_|_name_(first|last|full|given|family|cached|parts|display)_|_(surname|forename|username|user_login|login|"
        r"nickname|fullname|firstname|lastname|cognome|nominativo|intestatario|nama_(lengkap|depan|belakang|penerima|"
        r"pelanggan|pembeli|pengguna)|penerima|vorname|nachname|apellidos?|nombres|nombre_completo|prenom|voornaam|achternaam|"
        r"sobrenome|addressee|recipient|attn|signature|author|reviewer|card_holder|account_(name|holder)|handle)_",
    ),
    (
        "address",
        r"_(address|addr|street|house_(number|no)|address_line|line_?[1-4]|alamat|jalan|indirizzo|strasse|straße|hausnummer|"
        r"rue|calle|direccion|adresse|endereco|adres|city|town|kota|citta|città|ville|ciudad|stadt|cidade|postcode|post_code|"
        r"zip|zipcode|zip_code|postal|postal_code|kode_pos|kodepos|cap|plz|codigo_postal|kecamatan|kelurahan|kabupaten|"
        r"provinsi|provincia|suburb|district|county|province|apartment)_",
    ),
    (
        "person",
        r"_(gender|sex|jenis_kelamin|kelamin|sesso|geschlecht|nationality|religion|agama|occupation|pekerjaan)_",
    ),
]
# Read as one of the above only where the table is about a person or an address
_IN_A_PERSONS_TABLE: list[tuple[Kind, str]] = [
    ("name", r"^_(name|nama|nome|nom|nombre|naam|contact|salutation)_$"),
    ("address", r"_(state|region|zone|via|suite|building|landmark)_$"),
    ("person", r"_(company|organi[sz]ation|perusahaan|azienda|website|homepage|avatar|photo|picture|bio|about)_"),
]
_FREE_TEXT = re.compile(
    r"_(notes?|comments?|remarks?|message|msg|catatan|keterangan|pesan|nota|note|messaggio|commento|feedback|body|content|"
    r"text|reason|memo|bio|review|reviews|testimonial|subject|description|detail|details|log|payload|data|query|keywords?|search|gift|instruction|instructions|"
    r"bemerkung|observaciones|isi|ulasan|value|label|reference)_"
)
# A count, flag, template or setting that is only called after what it is about
_ABOUT = re.compile(
    r"_(count|total|is|has|num|template|enabled|required|verified|confirmed|valid|format|status|type|optin|opt_in|opt|"
    r"consent|subscribed|sent|at|on|date|attempts|notify|allow|default|position|sort|order_by|visible|length|product|item|"
    r"file|sku|brand|category|method|class|policy|rule)_"
)
_FOREIGN_KEY = re.compile(r"_(id|ids|uuid|guid|fk|pk|key)_$|^_(id|fk)_(?!card_|number_|no_)")
# The shop's own particulars, as they stand on an invoice
_OF_THE_SHOP = re.compile(r"^_(shop|store|merchant|seller|toko|negozio)_")
# What somebody writes to somebody, in a column of its own
_WRITTEN = re.compile(
    r"_(notes?|comments?|remarks?|message|msg|catatan|keterangan|pesan|nota|messaggio|commento|feedback|instructions?|"
    r"bemerkung|observaciones|isi|memo|review|testimonial|ulasan|recensione)_"
)
# The columns of third persons, whom a customer's leaving does not concern
_THIRD = re.compile(
    r"_(friend|teman|amico|invitee|invited|referred|refer|referral|gift|giftee|recipient|to|cc|bcc|shared|staff)_"
)

_ORDER_WORDS = """
order pesanan ordine ordini bestellung pedido commande purchase booking reservation prenotazione pemesanan sale
bestelling encomenda checkout acquisto pembelian
"""
ORDER_WORDS = frozenset(_ORDER_WORDS.split())
_ACCOUNT_WORDS = """
customer client member shopper buyer user account person people subscriber patron
pelanggan anggota pengguna pembeli akun nasabah konsumen
cliente clienti utente utenti socio soci acquirente acquirenti
kunde kunden benutzer usuario usuarios clientes klant klanten utilisateur
"""
ACCOUNT_WORDS = frozenset(_ACCOUNT_WORDS.split())
STAFF = re.compile(
    r"_(admin|admins|administrator|administrators|staff|employee|employees|operator|operators|backend|backoffice|"
    r"karyawan|pegawai|petugas|dipendente|dipendenti|impiegato|impiegati|mitarbeiter|empleado|empleados|moderator|agent|"
    r"agents|supplier|suppliers|vendor|vendors|seller|sellers|merchant|manager|managers|cashier|kasir|system|courier|"
    r"kurir|driver|penjual|fornitore|fornitori|warehouse|gudang)_"
)
_STAFF_FLAG = re.compile(r"^_(is_)?(staff|admin|superuser|super_user|employee|administrator|internal)_$")
# Columns that mean a person of the shop's, or a customer, and do not say which table
PERSON_COLUMN = re.compile(
    r"_(owner|author|creator|recipient|sender|receiver|buyer|purchaser|subscriber|reviewer|visitor|holder|payer|invited_by|"
    r"referrer|created_by|updated_by|user|uid|member|customer|client|account|cust|usr|person|pelanggan|anggota|pengguna|"
    r"pembeli|cliente|utente|kunde|benutzer|usuario|klant|actor|subject|follower|participant|causer|requester|pemilik|proprietario|consumer)_"
)


@cache
def spelt(name: str) -> str:
    """The words of a name in small letters between underscores: ``billingFirstname`` is ``_billing_first_name_``."""
    words: list[str] = []
    for part in _BOUNDARY.split(name):
        match = _TOGETHER.match(part.lower()) if part else None
        words += match.groups() if match else [part.lower()] if part else []
    return "_" + "_".join(words) + "_"


def kind_of(column: str, *, in_persons_table: bool = False) -> Kind | None:
    """What a column of that name holds of a person, if anything."""
    name = spelt(column)
    if _OF_THE_SHOP.search(name):
        return None
    if _FOREIGN_KEY.search(name):
        name = _FOREIGN_KEY.sub("_", name)
        rules = [rule for rule in _RULES if rule[0] in ("identity number", "secret") and name != "_"]
        return next((kind for kind, pattern in rules if re.search(pattern, spelt(column))), None)
    if _ABOUT.search(name) and not re.search(r"_(address|phone|mail|email)_(line_)?\d*_?$", name):
        birth = next(pattern for kind, pattern in _RULES if kind == "birth date")
        return "birth date" if re.search(birth, name) else None
    rules = [*_RULES, *(_IN_A_PERSONS_TABLE if in_persons_table else [])]
    return next((kind for kind, pattern in rules if re.search(pattern, name)), None)


def may_be_free_text(column: str) -> bool:
    """Whether people write into a column of that name."""
    return bool(_FREE_TEXT.search(spelt(column)))


def is_written_by_people(column: str) -> bool:
    """Whether a column of that name holds notes and messages, and nothing else."""
    return bool(_WRITTEN.search(spelt(column)))


def is_of_third_persons(column: str) -> bool:
    """Whether the column is called as if it held somebody else's address."""
    return bool(_THIRD.search(spelt(column)))


def is_staff(name: str) -> bool:
    """Whether a table or column is called after the people of the shop itself, or of its suppliers."""
    return bool(STAFF.search(spelt(name)))


def is_staff_flag(column: str) -> bool:
    """Whether the column marks an account as one of the shop's own people."""
    return bool(_STAFF_FLAG.match(spelt(column)))


def stem(name: str) -> str:
    """A word in the singular, roughly: ``categories`` and ``category`` are the same."""
    for ending, instead in (("ies", "y"), ("sses", "ss"), ("uses", "us"), ("xes", "x"), ("ches", "ch")):
        if name.endswith(ending):
            return name.removesuffix(ending) + instead
    return name[:-1] if name.endswith("s") and not name.endswith("ss") and len(name) > 3 else name


def words_of(name: str) -> list[str]:
    """The words of a name, each in the singular."""
    return [stem(word) for word in spelt(name).strip("_").split("_") if word]


def is_account_word(word: str) -> bool:
    """Whether the word means a customer."""
    return word in ACCOUNT_WORDS or stem(word) in ACCOUNT_WORDS
