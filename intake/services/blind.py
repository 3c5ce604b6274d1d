"""The keyed hash of an address, the same for every way of writing it: what look-ups and stops go by."""

from intake.crypto import keyring


def phone_blind(phone: str | None) -> bytes | None:
    """For a phone in E.164. An extension (";ext=12") is another desk behind the same number."""
    return keyring().blind("phone", phone.partition(";")[0]) if phone else None


def email_blind(email: str | None) -> bytes | None:
    return keyring().blind("email", email.casefold()) if email else None


def last_name_blind(name: str | None) -> bytes | None:
    return keyring().blind("last_name", name.casefold()) if name else None
