"""Forms about colleagues: what they can do, when they work, when they are away."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from intake.forms.base import DeskForm
from intake.forms.directory import Ticks, read_day
from intake.forms.fields import Line, Pick, as_choices, labelled
from intake.forms.office import DaysMixin
from intake.models.staff import Staff
from intake.rules.rota import SAY_ABSENCE, AbsenceReason, DaysAway
from intake.rules.skills import SKILLS

NOBODY = ""


class SkillsForm(DeskForm):
    skills = Ticks("Skills", noun="skills", choices=[(skill.name, skill.label) for skill in SKILLS.values()])


class ShiftForm(DaysMixin, DeskForm):
    """Somebody's ordinary week."""


class AbsenceForm(DeskForm):
    """Days away. One day when the last one is empty."""

    first_day = Line(
        "First day away", noun="first day", limit=30, read=read_day, missing="Enter the first day."
    )
    last_day = Line("Last day away", noun="last day", limit=30, read=read_day)
    reason = Pick("Why", noun="the reason", choices=labelled(SAY_ABSENCE), missing="Choose why.")
    cover = Pick("Who stands in", noun="who stands in")

    def __init__(self, *, colleagues: Sequence[Staff], from_post: bool = True) -> None:
        super().__init__(from_post=from_post)
        names = [(str(colleague.id), colleague.name) for colleague in colleagues]
        self.cover.choices = as_choices([(NOBODY, "Nobody: to all"), *names])

    def absence(self, staff_id: UUID) -> DaysAway:
        first = date.fromisoformat(self.first_day.clean)
        return DaysAway(
            staff_id=staff_id,
            first_day=first,
            last_day=date.fromisoformat(self.last_day.clean) if self.last_day.clean else first,
            reason=AbsenceReason(self.reason.data),
            cover_id=UUID(self.cover.data) if self.cover.data else None,
        )
