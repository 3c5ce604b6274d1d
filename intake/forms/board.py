"""Forms of the supervisor's board."""

from collections.abc import Iterable
from uuid import UUID

from intake.forms.base import DeskForm
from intake.forms.console import Notes
from intake.forms.fields import Choice, Pick, as_choices, labelled
from intake.rules.promises import SAY_BREACH_REASON
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


class ReasonOfBreachForm(DeskForm):
    """Why a promise was broken. Several of them stand on one page, so the ids are the page's business."""

    reason = Pick(
        "Reason", noun="the reason", choices=labelled(SAY_BREACH_REASON), missing="Choose the reason."
    )
    note = Notes("Note", limit=500)
