"""The seven questions: their order, their words, and which one comes next."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from intake.forms import match as forms
from intake.forms.base import DeskForm
from intake.language import lazy_gettext as _
from intake.rules.facts import Diagnosis, Relation

Answers = dict[str, Any]


def _always(answers: Answers) -> bool:
    return True


def _has_a_diagnosis(answers: Answers) -> bool:
    return answers.get("diagnosis") != Diagnosis.UNSURE


@dataclass(frozen=True)
class Question:
    """`needed` are the answers without which nothing can be sent; `for_others` is said to a helper."""

    slug: str
    form: type[DeskForm]
    title: str
    for_others: str
    needed: tuple[str, ...]
    asked: Callable[[Answers], bool] = _always

    def title_for(self, for_self: bool) -> str:
        return self.title if for_self else self.for_others

    def is_answered(self, answers: Answers) -> bool:
        return self.slug in answers.get("seen", []) and all(answers.get(name) for name in self.needed)


QUESTIONS = (
    Question("who", forms.RelationForm, _("Who is this for?"), _("Who is this for?"), ("relation",)),
    Question(
        "diagnosis",
        forms.DiagnosisForm,
        _("What did the doctors find?"),
        _("What did the doctors find?"),
        ("diagnosis",),
    ),
    Question(
        "stage", forms.StageForm, _("How are you now?"), _("How are they now?"), (), asked=_has_a_diagnosis
    ),
    Question("place", forms.PlaceForm, _("Where do you live?"), _("Where do they live?"), ()),
    Question("name", forms.NameForm, _("What is your name?"), _("What is your name?"), ("first_name",)),
    Question("reach", forms.ReachForm, _("How can we reach you?"), _("How can we reach you?"), ("phone",)),
    Question(
        "call", forms.CallForm, _("When should we call you?"), _("When should we call you?"), ("call_day",)
    ),
)
BY_SLUG = {question.slug: question for question in QUESTIONS}


def is_for_self(answers: Answers) -> bool:
    return bool(answers.get("relation", Relation.SELF) == Relation.SELF)


def asked(answers: Answers) -> list[Question]:
    return [question for question in QUESTIONS if question.asked(answers)]


def first_open(answers: Answers) -> Question | None:
    """The first question that still waits for an answer; None when all can be sent."""
    return next((question for question in asked(answers) if not question.is_answered(answers)), None)


def before(question: Question, answers: Answers) -> Question | None:
    earlier = [one for one in asked(answers) if QUESTIONS.index(one) < QUESTIONS.index(question)]
    return earlier[-1] if earlier else None


def after(question: Question, answers: Answers) -> Question | None:
    return next((one for one in asked(answers) if QUESTIONS.index(one) > QUESTIONS.index(question)), None)
