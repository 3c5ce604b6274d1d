"""Which requests ask for a skill, and a wrong table is refused by name."""

import pytest

from intake.errors import ConfigError
from intake.rules.skills import SKILLS, labels, read_skills, skills_needed
from intake.rules.tables import Table

ROW = {"label": "Spanish", "when": {"language": "es"}, "after_minutes": 60, "otherwise": "An interpreter."}


def test_request_asks_for_what_it_says() -> None:
    assert skills_needed({"language": "en", "veteran": None}) == []
    assert skills_needed({"language": "es", "veteran": True}) == ["spanish", "veterans"]
    assert skills_needed({"language": "en", "veteran": False}) == []


def test_every_skill_has_words_for_staff() -> None:
    assert all(skill.label and skill.otherwise for skill in SKILLS.values())
    assert labels(["spanish", "gone"]) == ["Spanish", "gone"]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"label": None}, "label"),
        ({"when": {}}, "when names"),
        ({"when": {"zip": "77030"}}, "when names"),
        ({"after_minutes": -1}, "after_minutes"),
        ({"after_minutes": True}, "after_minutes"),
    ],
)
def test_wrong_row_is_refused_by_name(change: dict[str, object], said: str) -> None:
    row = {key: value for key, value in {**ROW, **change}.items() if value is not None}
    with pytest.raises(ConfigError, match=f"skill odd.*{said}"):
        read_skills(Table("skills.toml", {"version": "1", "odd": row}, ""))
