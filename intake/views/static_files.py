"""Style sheets and scripts, packed where the browser takes them so.

Pages are not: what an attacker types comes back beside secrets on them, and its length would tell (BREACH).
"""

from pathlib import Path

from flask import Flask, Response, current_app, request


def init_app(app: Flask) -> None:
    app.view_functions["static"] = send


def send(filename: str) -> Response:
    """The file, or the one that assets/build.py packed beside it."""
    packed = f"{filename}.gz"
    takes = (
        request.accept_encodings.quality("gzip") > 0
        and (Path(str(current_app.static_folder)) / packed).is_file()
    )
    response = current_app.send_static_file(packed if takes else filename)
    response.headers.pop("Content-Disposition", None)
    response.vary.add("Accept-Encoding")
    return response
