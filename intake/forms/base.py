"""What every form shares: the token against forged requests, and answers that survive an error."""

from typing import Any, ClassVar

from flask import request
from flask_wtf import FlaskForm
from flask_wtf.csrf import _FlaskFormCSRF
from wtforms import ValidationError

from intake.language import current
from intake.language import lazy_gettext as _

STALE_PAGE = _(
    "This page was open for a long time, or your browser does not keep cookies. "
    "Your answers are still here. Please press the button again."
)


class PageToken(_FlaskFormCSRF):  # type: ignore[misc]
    """Flask-WTF's token in the signed session cookie, with a sentence that a visitor can act on."""

    def validate_csrf_token(self, form: Any, field: Any) -> None:
        try:
            super().validate_csrf_token(form, field)
        except ValidationError as wrong:
            raise ValidationError(str(STALE_PAGE)) from wrong


class DeskForm(FlaskForm):  # type: ignore[misc]
    """A form that reads the request only when it was posted, and never JSON or files."""

    class Meta(FlaskForm.Meta):  # type: ignore[misc]
        csrf_class = PageToken
        csrf_time_limit = None

        @property
        def locales(self) -> list[str]:
            """WTForms' own sentences, read once a language; Flask-WTF reads them again for each request."""
            return [current()]

    # Labels for a visitor who writes for somebody else, by field name.
    others_say: ClassVar[dict[str, str]] = {}

    def __init__(
        self,
        *,
        data: dict[str, Any] | None = None,
        for_self: bool = True,
        from_post: bool = True,
        **kwargs: Any,
    ) -> None:
        posted = request.form if from_post and request and request.method == "POST" else None
        super().__init__(formdata=posted, data=data, **kwargs)
        if not for_self:
            for name, label in self.others_say.items():
                self[name].label.text = label

    def kept(self) -> dict[str, Any]:
        """The answers as a draft keeps them."""
        return {name: value for name, value in self.data.items() if name != "csrf_token"}

    def add_error(self, name: str, sentence: str) -> None:
        self[name].errors = [*self[name].errors, sentence]
