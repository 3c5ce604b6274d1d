"""What families see. Importing the modules puts their pages on the blueprint."""

from importlib import import_module

from intake.views.public import visit
from intake.views.public.site import blueprint

for _pages in ("documents", "family_documents", "guide", "match", "pages", "send", "status", "unsubscribe"):
    import_module(f"{__name__}.{_pages}")

blueprint.before_request(visit.note_label)

__all__ = ["blueprint"]
