"""Every table says how long it is kept."""

from pathlib import Path

import pytest

import intake.models
from intake.db import Base
from intake.errors import ConfigError
from intake.rules.retention import RETENTION, Keep, load_retention


def test_every_table_has_a_rule_and_every_rule_a_table() -> None:
    assert intake.models.__all__
    assert set(RETENTION.rules) == set(Base.metadata.tables)


def test_what_goes_with_the_request_is_deleted_with_it_by_the_database() -> None:
    # A family goes when its last request does: services/erasure.py.
    gone = wave = {"lead", "family"}
    while wave:
        wave = {table.name for table in Base.metadata.sorted_tables for key in table.foreign_keys
                if key.column.table.name in wave and key.ondelete == "CASCADE"} - gone  # fmt: skip
        gone = gone | wave
    kept = {table for table, rule in RETENTION.rules.items() if rule.keep is Keep.REQUEST}
    assert kept - gone == set()


def test_columns_of_the_rules_exist() -> None:
    for rule in RETENTION.rules.values():
        columns = Base.metadata.tables[rule.table].columns
        named = {name for name in (rule.since, rule.without, *rule.only) if name}
        assert named <= set(columns.keys()), rule.table


@pytest.mark.parametrize("row", ['keep = "days"\ndays = 3\nwhy = "x"', 'keep = "always"', 'keep = "ages"'])
def test_rule_that_says_too_little_is_refused_by_the_name_of_its_table(tmp_path: Path, row: str) -> None:
    path = tmp_path / "retention.toml"
    path.write_text(f'version = "1"\nbackup_days = 1\nerasure_days = 1\n[draft]\n{row}\n')
    with pytest.raises(ConfigError, match="draft"):
        load_retention(path)
