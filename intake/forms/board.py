"""Forms of the supervisor's board."""

from collections.abc import Iterable
from uuid import UUID

from intake.forms.base import DeskForm
from intake.forms.fields import Choice, as_choices, labelled
from intake.rules.rota import SAY_PAUSE

TO_ALL = "all"


class GiveForm(DeskForm):
    """Whose call it becomes."""

    to = Choice("Who makes this call?", noun="who makes this call", missing="Choose who makes this call.")

    def __init__(self, *, choices: Iterable[tuple[str, str]]) -> None:
        super().__init__()
        self.to.choices = as_choices([(TO_ALL, "Anybody: back to the queue"), *choices])

    def chosen(self) -> UUID | None:
        return None if self.to.data == TO_ALL else UUID(self.to.data)


class PauseForm(DeskForm):
    """Why somebody takes no calls for a while."""

    reason = Choice("Why?", noun="why", choices=labelled(SAY_PAUSE), missing="Choose why.")
