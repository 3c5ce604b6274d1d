"""What families see. Importing the modules puts their pages on the blueprint."""

from importlib import import_module

from intake.views.public import visit
from intake.views.public.site import blueprint

_PAGES = (
    "articles", "change_call", "deletion", "documents", "family_documents", "guide", "look", "match", "menu",
    "own_data", "pages", "post", "reminders", "send", "sharing", "status", "unsubscribe",
)  # fmt: skip
for _pages in _PAGES:
    import_module(f"{__name__}.{_pages}")

blueprint.before_request(visit.note_label)

__all__ = ["blueprint"]
