"""A machine that cannot serve real families says what is missing, all at once."""

from pathlib import Path

import pytest

from intake.errors import ConfigError
from intake.machine import Machine, refuse_trial, settings_of

READY = {"SMTP_HOST": "mail.example.org", "PUBLIC_URL": "https://help.example.org"}


def machine(home: Path, **outside: str) -> Machine:
    return Machine(home=home, port=8000, mail_port=2525, outside=outside)


def test_everything_missing_is_named_at_once_when_it_is_a_trial(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as refused:
        refuse_trial(machine(tmp_path, PUBLIC_URL="http://help.example.org"))
    for word in ("advocate setup", "SMTP_HOST", "PUBLIC_URL"):
        assert word in str(refused.value)


@pytest.mark.parametrize("lacking", [*READY, ""])
def test_start_is_refused_when_one_thing_is_missing_and_not_otherwise(tmp_path: Path, lacking: str) -> None:
    (tmp_path / "organisation.toml").touch()
    told = {name: value for name, value in READY.items() if name != lacking}
    if not lacking:
        refuse_trial(machine(tmp_path, **told))
        return
    with pytest.raises(ConfigError, match=lacking):
        refuse_trial(machine(tmp_path, **told))


def test_another_sample_may_be_named_and_a_real_organisation_may_not(tmp_path: Path) -> None:
    """`ORGANISATION_FILE=intake/sample/harbor.toml make up` shows the second look."""
    here = machine(tmp_path, ORGANISATION_FILE="harbor.toml")
    urls = {"database_url": "d", "broker_url": "b", "limits_url": "l"}
    assert settings_of(here, **urls)["ORGANISATION_FILE"] == "harbor.toml"
    here.organisation.write_text("")
    assert settings_of(here, **urls)["ORGANISATION_FILE"] == str(here.organisation)
