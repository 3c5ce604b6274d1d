"""govuk-frontend's widgets without their traps: no empty hints, our own word for "Error"."""

from typing import Any

from govuk_frontend_wtf import wtforms_widgets as govuk

from intake.language import lazy_gettext as _

ERROR_WORD = _("Error")


class Tidied:
    """Mixed in before a widget: adds the field's own look and drops what would mislead a screen reader."""

    def map_gov_params(self, field: Any, **kwargs: Any) -> dict[str, Any]:
        given = kwargs.pop("params", {})
        kwargs["params"] = {**getattr(field, "look", {}), **given}
        kwargs.pop("required", None)
        params: dict[str, Any] = super().map_gov_params(field, **kwargs)  # type: ignore[misc]
        # An empty hint would still be pointed at by aria-describedby.
        if not (params.get("hint") or {}).get("text"):
            params["hint"] = None
        if field.errors:
            params["errorMessage"]["visuallyHiddenText"] = ERROR_WORD
        return params


class LineInput(Tidied, govuk.GovTextInput):  # type: ignore[misc]
    pass


class ChoiceInput(Tidied, govuk.GovRadioInput):  # type: ignore[misc]
    pass


class PickInput(Tidied, govuk.GovSelect):  # type: ignore[misc]
    """A line of a list begins with a capital: Spanish writes days and time zones small in a sentence."""

    def map_gov_params(self, field: Any, **kwargs: Any) -> dict[str, Any]:
        for item in kwargs["items"]:
            words = str(item["text"])
            item["text"] = words[:1].upper() + words[1:]
        return super().map_gov_params(field, **kwargs)


class TickInput(Tidied, govuk.GovCheckboxInput):  # type: ignore[misc]
    pass
