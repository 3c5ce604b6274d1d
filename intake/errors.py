"""What can go wrong, and whether trying again can help."""


class AdvocateDeskError(Exception):
    """Base of every error the product raises on purpose. Messages carry ids, never people."""

    permanent = True


class TransientError(AdvocateDeskError):
    """The same call may succeed later: a mail server that is busy, a row that is locked."""

    permanent = False


class PermanentError(AdvocateDeskError):
    """Trying again cannot help; a person has to look."""


class ConfigError(AdvocateDeskError):
    """A setting is missing or wrong; the message names it and says how to mend it."""


class IllegalTransition(AdvocateDeskError):
    """A status was asked to change in a way the transition table does not allow."""


class StaleLease(AdvocateDeskError):
    """The work belongs to another worker by now: nothing of ours may be written."""


class BadInput(AdvocateDeskError):
    """What was given cannot be used; the message names the value and the mend."""


class UnknownPlace(BadInput):
    """A ZIP code without a place: ask for the town and state instead."""
