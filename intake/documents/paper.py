"""A batch of letters as one file: for each the address page, the letter, and what it encloses."""

import io
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from functools import lru_cache
from hashlib import sha256
from typing import Any, cast

from pypdf import PdfReader, PdfWriter

from intake.documents.content import Kind
from intake.documents.data import Brand, Wanted
from intake.documents.load import Words, load_labels, load_letters, parse_blocks
from intake.documents.render import document_pdf, typeset
from intake.errors import PermanentError
from intake.rules.facts import Language
from intake.rules.post import can_be_printed

_FRONT = "letter.typ"


@dataclass(frozen=True, kw_only=True)
class PaperLetter:
    """One letter as it is printed. `position`: its number in the batch; `address`: the window's lines."""

    position: int
    address: tuple[str, ...]
    step: str
    first_name: str
    language: Language
    large_print: bool
    encloses: tuple[Wanted, ...]


@dataclass(frozen=True)
class Printed:
    """The file of a batch: its bytes, and the pages of each letter in their order."""

    pdf: bytes
    pages: tuple[int, ...]

    @property
    def sha256(self) -> str:
        return sha256(self.pdf).hexdigest()


def enclosed(step: str) -> tuple[Kind, ...]:
    """The documents that a step's letter encloses. KeyError for a step that has no letter."""
    return tuple(Kind(name) for name in load_letters()["letter"][step]["encloses"])


def letters_pdf(
    letters: Sequence[PaperLetter], brand: Brand, *, sender: Sequence[str], batch: int
) -> Printed:
    """All letters in one file, each beginning on a fresh sheet when it is printed on both sides.

    The same letters give the same bytes. Raises PermanentError when one cannot be printed.
    """
    writer, counts = PdfWriter(), []
    read = lru_cache(maxsize=64)(_reader)
    for letter in letters:
        before = len(writer.pages)
        try:
            for pdf in _sheets(letter, brand, sender, batch):
                _append(writer, read(pdf))
        except PermanentError as wrong:
            raise PermanentError(f"Letter {letter.position} stops the file: {wrong}") from wrong
        counts.append(len(writer.pages) - before)
        if counts[-1] % 2:
            writer.add_blank_page()
    out = io.BytesIO()
    writer.write(out)
    return Printed(out.getvalue(), tuple(counts))


def _sheets(letter: PaperLetter, brand: Brand, sender: Sequence[str], batch: int) -> Iterator[bytes]:
    front = typeset(_FRONT, _front(letter, brand, sender, batch), large_print=letter.large_print)
    yield cast(bytes, front)
    for wanted in letter.encloses:
        yield document_pdf(wanted, brand, large_print=letter.large_print)


def _reader(pdf: bytes) -> PdfReader:
    return PdfReader(io.BytesIO(pdf))


def _append(writer: PdfWriter, reader: PdfReader) -> None:
    for page in reader.pages:
        writer.add_page(page)


def _front(letter: PaperLetter, brand: Brand, sender: Sequence[str], batch: int) -> dict[str, Any]:
    around = load_letters(letter.language)
    words: Words = around["letter"][letter.step]
    named = letter.first_name and can_be_printed(letter.first_name)
    greeting = around["greeting"].format(name=letter.first_name) if named else around["greeting_without_name"]
    return {
        "brand": asdict(brand),
        "language": letter.language,
        "sender": list(sender),
        "address": list(letter.address),
        "number": f"{batch}-{letter.position}",
        "title": words["title"],
        "greeting": greeting,
        "blocks": [asdict(block) for block in parse_blocks(words["body"])],
        "call": around["call"].format(phone=brand.phone),
        "closing": around["closing"],
        "stop": around["stop"],
        "sample": load_labels(letter.language)["sample"],
    }
