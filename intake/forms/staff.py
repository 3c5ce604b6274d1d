"""Forms about accounts: signing in, what proves who somebody is, and the admin's changes."""

from datetime import date
from typing import Any

from wtforms import StringField

from intake.forms.base import DeskForm
from intake.forms.fields import Line, Pick


class Secret(StringField):
    """A password as typed: nothing trimmed, never shown again."""

    def process_formdata(self, valuelist: list[Any]) -> None:
        self.data = str(valuelist[0])[:1000] if valuelist else ""


class Signed(StringField):
    """What a security key has signed, as JSON; filled in by the page's script, never shown again."""

    def process_formdata(self, valuelist: list[Any]) -> None:
        self.data = str(valuelist[0])[:20_000] if valuelist else ""


class ProofForm(DeskForm):
    """A code from the app or from paper, or what a key has signed in its place."""

    code = Line("Six-digit code", noun="code", limit=20)
    assertion = Signed()


class SignInForm(ProofForm):
    email = Line("Email address", noun="email address", limit=254)
    password = Secret("Password")


class ForgotForm(DeskForm):
    email = Line("Email address", noun="email address", limit=254, missing="Enter your email address.")


class LinkForm(ProofForm):
    """The page behind a mailed link; which passwords it asks for depends on what the link is for."""

    old = Secret("Your password")
    new = Secret("New password")


class PasswordForm(DeskForm):
    old = Secret("Password you have now")
    new = Secret("New password")


class KeyForm(DeskForm):
    name = Line("Name of the key", noun="name", limit=60)
    attestation = Signed()


class InviteForm(DeskForm):
    email = Line("Email address", noun="email address", limit=254, missing="Enter the email address.")
    name = Line("Name", noun="name", missing="Enter the name, as colleagues and families hear it.")
    role = Pick("Role", noun="the role", missing="Choose a role.")


class PersonForm(DeskForm):
    """One change to one account; the button that was pressed says which."""

    role = Line("Role", noun="role", limit=20)
    until = Line("Last day as deputy", noun="day", limit=10)

    def last_day(self) -> date | None:
        """None, with a sentence at the field, for what is no day."""
        try:
            return date.fromisoformat(self.until.data or "")
        except ValueError:
            self.add_error("until", "Write the day as year-month-day, like 2026-11-30.")
            return None
