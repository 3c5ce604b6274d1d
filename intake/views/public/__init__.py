"""What families see. Importing the modules puts their pages on the blueprint."""

from intake.views.public import guide, match, pages, send, status, unsubscribe
from intake.views.public.site import blueprint

__all__ = ["blueprint", "guide", "match", "pages", "send", "status", "unsubscribe"]
