"""The files of a deployment agree with each other and with the settings that the product reads."""

import re
from pathlib import Path

from intake.config import ROOT

COMPOSE = (ROOT / "docker-compose.yml").read_text()
NGINX = (ROOT / "deploy" / "nginx.conf.template").read_text()
UNITS = ROOT / "deploy" / "systemd"


def test_every_secret_that_a_service_names_is_a_file_of_the_compose_file() -> None:
    used = set(re.findall(r"/run/secrets/(\w+)", COMPOSE + NGINX))
    given = set(re.findall(r"^  (\w+): \{file: \./secrets/", COMPOSE, re.MULTILINE))
    assert used == given


def test_every_setting_that_compose_and_systemd_give_is_one_that_is_read() -> None:
    read = set(re.findall(r'"([A-Z][A-Z_]+)"', (ROOT / "intake" / "config.py").read_text()))
    block = COMPOSE.partition("environment: &environment")[2].partition("secrets:")[0]
    given = set(re.findall(r"^    ([A-Z_]+):", block, re.MULTILINE))
    given |= set(re.findall(r"^([A-Z_]+)=", (UNITS / "advocate.environment").read_text(), re.MULTILINE))
    assert len(given) > 10
    assert {name for name in given if name.removesuffix("_FILE") not in read and name not in read} == set()


def test_figures_and_states_are_not_passed_on_to_strangers() -> None:
    assert re.search(r"location = /metrics \{ return 404; \}", NGINX)
    assert re.search(r"location = /readyz \{ return 404; \}", NGINX)


def test_every_command_of_the_units_exists() -> None:
    for unit in (UNITS / "advocate.service", UNITS / "advocate-backup.service"):
        verb = re.search(r"bin/advocate (\w+)", unit.read_text())
        assert verb
        assert Path(ROOT / "intake" / "cli" / f"{verb[1]}.py").exists()


def test_families_read_the_phone_number_when_nothing_of_ours_answers() -> None:
    assert "error_page 502 503 504 =503 /away.html;" in NGINX
    root = re.search(r"location = /away\.html \{.*?root (\S+);", NGINX, re.DOTALL)
    assert root
    assert f"- away:{root[1]}:ro" in COMPOSE
    written = f"advocate away --to {root[1]}/away.html"
    assert written in COMPOSE
    assert written in (ROOT / "deploy" / "upgrade.sh").read_text()
