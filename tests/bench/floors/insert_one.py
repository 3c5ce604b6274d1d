"""The least Flask view that stores a row: what a send request is measured against."""

import os

from flask import Flask, Response, redirect, request
from sqlalchemy import create_engine, text

app = Flask(__name__)
engine = create_engine(os.environ["DATABASE_URL"], pool_size=8)

with engine.begin() as connection:
    connection.execute(text("CREATE TABLE IF NOT EXISTS floor (id bigserial PRIMARY KEY, said text)"))


@app.post("/floor")
def store() -> Response:
    with engine.begin() as connection:
        connection.execute(text("INSERT INTO floor (said) VALUES (:said)"), {"said": request.form["said"]})
    answer = redirect("/", code=303)
    assert isinstance(answer, Response)
    return answer
