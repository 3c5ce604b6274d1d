"""The keyed hash of an address, the same for every way of writing it: what look-ups and stops go by."""

from intake.crypto import keyring
from intake.rules.names import folded


def phone_blind(phone: str | None) -> bytes | None:
    """For a phone in E.164. An extension (";ext=12") is another desk behind the same number."""
    return keyring().blind("phone", phone.partition(";")[0]) if phone else None


def email_blind(email: str | None) -> bytes | None:
    return keyring().blind("email", email.casefold()) if email else None


def last_name_blind(name: str | None) -> bytes | None:
    return keyring().blind("last_name", folded(name)) if name else None


def last_name_blinds(name: str) -> list[bytes]:
    """What a look-up goes by: how names are folded, and how they were until `advocate keys index` ran."""
    ring = keyring()
    return [ring.blind("last_name", one) for one in {folded(name), name.casefold()}]
