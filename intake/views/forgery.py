"""A second wall against forged requests, beside the token in each form.

Every current browser says where a request comes from (Sec-Fetch-Site). One that a foreign page sends is
refused before any view runs, whatever it carries. A browser too old to say so still needs the token.
"""

from flask import Flask, abort, request

# Mail programs and mail providers post here by themselves; the token or signature in the request is the
# whole right, there is no cookie to abuse.
EXEMPT = frozenset({"public.stop_mail", "receipts.take", "receipts.take_mail"})
_OURS = frozenset({"same-origin", "none"})
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


def init_app(app: Flask) -> None:
    app.before_request(refuse_foreign)


def refuse_foreign() -> None:
    if request.method in _SAFE or request.endpoint in EXEMPT:
        return
    if request.headers.get("Sec-Fetch-Site", "none") not in _OURS:
        abort(403)
