"""What a sign-in without an account is compared with."""

from importlib.util import find_spec, module_from_spec

from argon2 import PasswordHasher


def test_nobodys_hash_costs_what_a_new_one_costs() -> None:
    spec = find_spec("intake.services.passwords")
    assert spec
    assert spec.loader
    as_shipped = module_from_spec(spec)  # the tests' own has cheap hashes
    spec.loader.exec_module(as_shipped)
    assert not PasswordHasher().check_needs_rehash(as_shipped._NOBODY)
    assert not as_shipped.is_right("nobody", None)
