"""The shops' password hashes, against hashes that their own software makes."""

from __future__ import annotations

import bcrypt
import pytest
from django.contrib.auth import hashers

from pamitan.storefile.model import Password
from pamitan.stores.errors import StoreMismatch
from pamitan.stores.passwords import Verifier, is_usable

DJANGO = Verifier(Password(column="password", scheme="django"))
PHP = Verifier(Password(column="password", scheme="bcrypt"))
OPENCART = Verifier(Password(column="password", scheme="bcrypt", html_escaped=True))
RIGHT = "Kopi & Tëh <3"


def _fast(hasher: hashers.BasePasswordHasher) -> hashers.BasePasswordHasher:
    """The hasher at a low cost, so that the tests are quick; the format is the same."""
    for name, cost in {"iterations": 1000, "rounds": 4, "work_factor": 2**6, "memory_cost": 1024}.items():
        if hasattr(hasher, name):
            setattr(hasher, name, cost)
    return hasher


DJANGO_HASHERS = [
    hashers.PBKDF2PasswordHasher(),
    hashers.PBKDF2SHA1PasswordHasher(),
    hashers.Argon2PasswordHasher(),
    hashers.BCryptSHA256PasswordHasher(),
    hashers.BCryptPasswordHasher(),
    hashers.ScryptPasswordHasher(),
    hashers.MD5PasswordHasher(),
]


@pytest.mark.parametrize("hasher", DJANGO_HASHERS, ids=lambda hasher: hasher.algorithm)
def test_every_hash_of_djangos(hasher: hashers.BasePasswordHasher) -> None:
    encoded = _fast(hasher).encode(RIGHT, hasher.salt())
    assert DJANGO.matches(RIGHT, encoded)
    assert not DJANGO.matches(RIGHT.lower(), encoded)
    assert not DJANGO.matches("", encoded)
    DJANGO.require_known([encoded])


@pytest.mark.parametrize(
    "encoded",
    [
        "5f4dcc3b5aa765d61d8327deb882cf99",
        "md5$$5f4dcc3b5aa765d61d8327deb882cf99",
        "sha1$$5baa61e4c9b93f3f0682250b6cf8331b7ee68fd8",
    ],
)
def test_hashes_of_djangos_first_years(encoded: str) -> None:
    assert DJANGO.matches("password", encoded)
    assert not DJANGO.matches("Password", encoded)


@pytest.mark.parametrize("prefix", ["2a", "2b", "2y"])
def test_bcrypt_as_php_writes_it(prefix: str) -> None:
    encoded = bcrypt.hashpw(RIGHT.encode(), bcrypt.gensalt(4)).decode().replace("$2b$", f"${prefix}$")
    assert PHP.matches(RIGHT, encoded)
    assert not PHP.matches("salah", encoded)


def test_a_hash_that_crypt_made_of_phps_example() -> None:
    # the password and salt of PHP's manual on crypt(), hashed by the system's own crypt
    encoded = "$2y$07$BCryptRequires22Chrcte/VlQH0piJtjXl.0t1XkA8pw9dMXTpOq"
    assert PHP.matches("rasmuslerdorf", encoded)


def test_bcrypt_looks_at_72_bytes() -> None:
    long = "é" * 50
    encoded = bcrypt.hashpw(long.encode()[:72], bcrypt.gensalt(4)).decode()
    assert PHP.matches(long, encoded)
    assert PHP.matches("é" * 36 + "anything", encoded)
    assert not PHP.matches("é" * 35, encoded)


@pytest.mark.parametrize("hashed", ['A "b" & <c>', "A &quot;b&quot; &amp; &lt;c&gt;"], ids=["version 4", "version 3"])
def test_opencart_escapes_what_is_typed(hashed: str) -> None:
    encoded = bcrypt.hashpw(hashed.encode(), bcrypt.gensalt(4)).decode()
    assert OPENCART.matches(' A "b" & <c> ', encoded)
    assert not OPENCART.matches('A "b" & c', encoded)


@pytest.mark.parametrize(
    "encoded", ["", "!", "x", "$2y$10$short", "pbkdf2_sha256$abc$salt$hash", "pbkdf2_sha256$1000", "argon2$x",
                "scrypt$1$s$1$1$x", "bcrypt$$2b$", "md5$x", "$P$Bphpass", "\0", "plain text"]
)  # fmt: skip
@pytest.mark.parametrize("shop", [DJANGO, PHP])
def test_a_garbled_hash_fits_no_password(encoded: str, shop: Verifier) -> None:
    assert not shop.matches("x", encoded)
    assert not shop.matches("", encoded)


@pytest.mark.parametrize(
    ("encoded", "shop"), [("$P$B123456789", DJANGO), ("$2y$10$" + "a" * 53, DJANGO), ("argon2$argon2id$v", PHP)]
)
def test_a_scheme_that_is_not_the_shops_is_named_without_the_hash(encoded: str, shop: Verifier) -> None:
    with pytest.raises(StoreMismatch, match="begins with") as caught:
        shop.require_known([encoded])
    assert encoded not in str(caught.value)


def test_an_account_without_a_password_is_no_unknown_scheme() -> None:
    DJANGO.require_known(["", "!" + "a" * 40])
    assert [is_usable(one) for one in (None, "", "!abc", "md5$a$b")] == [False, False, False, True]


def test_time_is_burnt_on_the_costliest_recipe_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    tried: list[str] = []
    verify = bcrypt.checkpw

    def noting(password: bytes, hashed: bytes) -> bool:
        tried.append(hashed.decode())
        return verify(password, hashed)

    monkeypatch.setattr(bcrypt, "checkpw", noting)
    shop = Verifier(Password(column="password", scheme="bcrypt"))
    cheap, dear = (bcrypt.hashpw(b"x", bcrypt.gensalt(cost)).decode() for cost in (4, 9))
    shop.learn([cheap, dear, cheap, "garbage", ""])
    assert len(tried) == 2
    shop.burn_time()
    assert tried[-1].startswith("$2b$09$")
    assert tried[-1] != dear


def test_one_hash_of_each_recipe_is_enough_to_learn_the_costs() -> None:
    hasher = _fast(hashers.PBKDF2PasswordHasher())
    many = [hasher.encode("x", f"salt{n}") for n in range(200)]
    shop = Verifier(Password(column="password", scheme="django"))
    shop.learn(many)
    assert len(shop._costs) == 1
