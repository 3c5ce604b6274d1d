"""Every mail of the series, taken apart again as a mail program does."""

import re
from datetime import date
from email import message_from_bytes
from email.header import decode_header, make_header
from email.message import EmailMessage
from email.policy import SMTP
from html.parser import HTMLParser
from typing import Any

import pytest

from intake.errors import PermanentError
from intake.mails.compose import Attachment, compose, message_id, render
from intake.mails.mime import encoded
from intake.mails.words import english
from intake.rules.facts import Language
from intake.rules.series import BY_A_PERSON, SERIES
from tests.reading_grade import grade
from tests.unit.mailings.samples import PDF, Desk, mail

STEPS = [step.name for step in SERIES.steps]
ILLNESS = re.compile(
    r"mesothel|pleura|peritone|pericard|testic|cancer|tumou?r|oncolog|asbest|chemo|immuno|palliat|hospice"
    r"|biops|malign|remission|stage|patholog|doctor match",
    re.IGNORECASE,
)
LONG_URL = "https://help.example/stop/" + "x" * 400


def parse(raw: bytes) -> EmailMessage:
    message = message_from_bytes(raw, policy=SMTP)
    assert isinstance(message, EmailMessage)
    return message


def part(message: EmailMessage, kind: str) -> str:
    found = message.get_body((kind,))
    assert found is not None
    return str(found.get_content())


class Page(HTMLParser):
    """Tags with their attributes, in order."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def all(self, tag: str) -> list[dict[str, Any]]:
        return [attributes for name, attributes in self.tags if name == tag]


@pytest.mark.parametrize("step", STEPS)
def test_the_parts_stand_in_their_places(step: str) -> None:
    message = parse(compose(mail(step), Desk()))
    kinds = [found.get_content_type() for found in message.walk()]
    attached = ["application/pdf"] if mail(step).step.attaches else []
    assert kinds == ["multipart/mixed", "multipart/alternative", "text/plain", "text/html", *attached]
    assert not any(found.defects for found in message.walk())


@pytest.mark.parametrize("step", STEPS)
def test_the_headers_are_these_and_no_others(step: str) -> None:
    message = parse(compose(mail(step), Desk()))
    by_itself = mail(step).step.after not in BY_A_PERSON
    assert message.keys() == [
        "From", "To", "Subject", "Date", "Message-ID", "List-Unsubscribe", "List-Unsubscribe-Post",
        *(["Auto-Submitted"] if by_itself else []), "MIME-Version", "Content-Type",
    ]  # fmt: skip
    assert message["From"] == "Sample Advocates <desk@help.example>"
    assert message["To"] == "ann@home.example"
    assert message["Message-ID"] == "<0199-abc@help.example>"
    assert message["Date"] == "Tue, 24 Nov 2026 15:30:00 +0000"
    assert message["Auto-Submitted"] == ("auto-generated" if by_itself else None)


def test_one_click_stays_on_one_line_when_the_token_is_long() -> None:
    raw = compose(mail(unsubscribe_url=LONG_URL), Desk())
    lines = raw.split(b"\r\n\r\n")[0].split(b"\r\n")
    assert f"List-Unsubscribe: <{LONG_URL}>".encode() in lines
    assert b"List-Unsubscribe-Post: List-Unsubscribe=One-Click" in lines


def test_other_lines_keep_to_what_mail_servers_accept() -> None:
    desk = Desk(sender_name="Ayuda para las familias de José Núñez " * 4, name="Ayuda " * 20)
    raw = compose(mail(unsubscribe_url=LONG_URL), desk)
    for line in raw.split(b"\r\n"):
        assert len(line) <= 78 or line.startswith(b"List-Unsubscribe:")
        assert line.isascii()
        assert b"\n" not in line
        assert b"\r" not in line


def test_a_long_name_in_other_letters_is_read_back_whole() -> None:
    name = " ".join(["Ayuda para las familias de José Núñez"] * 4)
    raw = compose(mail(), Desk(sender_name=name))
    # The newer parser of the standard library puts blanks between encoded words; this one follows RFC 2047.
    shown = message_from_bytes(raw)["From"].removesuffix(" <desk@help.example>").rstrip()
    assert str(make_header(decode_header(shown))) == name


def test_the_same_content_gives_the_same_bytes() -> None:
    assert compose(mail(), Desk()) == compose(mail(), Desk())
    assert compose(mail(), Desk()) != compose(mail(message_id="<other@help.example>"), Desk())


def test_the_attachment_arrives_whole_under_a_name_that_tells_nothing() -> None:
    second = Attachment("list.pdf", b"%PDF-1.7 second" * 999)
    files = list(parse(compose(mail(attachments=(PDF, second)), Desk())).iter_attachments())
    assert [found.get_filename() for found in files] == ["guide.pdf", "list.pdf"]
    assert [found.get_content() for found in files] == [PDF.content, second.content]


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("for_another", [False, True])
def test_no_word_of_the_illness_stands_outside_the_attachment(step: str, for_another: bool) -> None:
    message = parse(compose(mail(step, for_another=for_another), Desk(sample=True)))
    for shown in (str(message["Subject"]), part(message, "html"), part(message, "plain")):
        assert not ILLNESS.search(shown)


@pytest.mark.parametrize("step", STEPS)
def test_the_page_has_one_column_one_heading_one_button_and_no_stranger(step: str) -> None:
    content = mail(step)
    html = render(content, Desk()).html
    page = Page(html)
    assert page.all("html")[0]["lang"] == "en"
    assert f">{content.words.subject}</h1>" in html
    assert len(page.all("h1")) == 1
    assert all(table["role"] == "presentation" for table in page.all("table"))
    goes_to = "https://help.example/with-sympathy" if step == "condolence" else content.status_url
    assert [link["href"] for link in page.all("a")] == [
        goes_to, "tel:+15550100199", content.unsubscribe_url,
    ]  # fmt: skip
    assert not page.all("img") + page.all("link") + page.all("script") + page.all("form")
    assert "url(" not in html
    assert len(html) < 60_000


@pytest.mark.parametrize("step", STEPS)
def test_the_type_is_large_and_dark_mode_is_kept(step: str) -> None:
    html = render(mail(step), Desk()).html
    button = next(tag for tag in Page(html).all("td") if tag.get("height") == "48")
    assert "font-size: 18px" in button["style"]
    assert "line-height: 1.5" in button["style"]
    assert "@media (prefers-color-scheme: dark)" in html
    assert 'name="color-scheme" content="light dark"' in html
    sizes = {int(size) for size in re.findall(r"font-size: (\d+)px", html)}
    assert sizes <= {1, 16, 18, 22, 28}


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("kind", ["html", "plain"])
def test_what_the_law_and_the_reader_need_is_in_both_parts(step: str, kind: str) -> None:
    content = mail(step)
    shown = part(parse(compose(content, Desk())), kind)
    for needed in (
        "Dear Ann," if step == "condolence" else "Hello Ann,",
        "(555) 010-0199", "100 Sample Street", "Springfield, IL 62701",
        "/with-sympathy" if step == "condolence" else content.status_url, content.unsubscribe_url,
    ):  # fmt: skip
        assert needed in shown
    assert "This is a sample" not in shown
    assert "This is a sample" in part(parse(compose(content, Desk(sample=True))), kind)


@pytest.mark.parametrize("step", STEPS)
def test_the_preheader_is_neutral_and_comes_first(step: str) -> None:
    content = mail(step)
    html = render(content, Desk()).html
    assert not ILLNESS.search(content.words.preheader)
    body = re.sub(r"<[^>]+>", " ", html.split("<body", 1)[1].split(">", 1)[1])
    assert " ".join(body.split()).startswith(content.words.preheader)


@pytest.mark.parametrize("step", STEPS)
def test_the_text_has_short_lines_and_reads_at_grade_seven(step: str) -> None:
    content = mail(step, for_another=True)
    text = render(content, Desk(sample=True)).text
    assert all(len(line) <= 76 or line.startswith("https://") for line in text.splitlines())
    assert "\n\n\n" not in text
    found = grade(text.split("----------")[0])
    print(f"{step}: raw {found.raw}, masked {found.masked}")
    assert found.raw <= 7


@pytest.mark.parametrize("blank", ["", "  \n "])
def test_nothing_is_rendered_without_a_postal_address(blank: str) -> None:
    with pytest.raises(PermanentError, match="postal address"):
        compose(mail(), Desk(postal_address=blank))


@pytest.mark.parametrize(
    "url",
    ["", "help.example/stop/1", "javascript:alert(1)", "https://a b", "https://a\r\nBcc: x", "https://a>b",
     "https://ä.example", "https://" + "x" * 2000],
)  # fmt: skip
@pytest.mark.parametrize("name", ["unsubscribe_url", "status_url"])
def test_nothing_is_rendered_without_a_plain_link(name: str, url: str) -> None:
    with pytest.raises(PermanentError):
        compose(mail(**{name: url}), Desk())


BREAKS = ["x\r\nBcc: a@b.example", "x\nBcc: a@b.example", "x\ry", "x\x00y", "x\u2028y"]


@pytest.mark.parametrize("broken", BREAKS)
def test_a_line_break_in_a_header_is_refused(broken: str) -> None:
    wrong = [
        (mail(recipient=f"{broken}@home.example"), Desk()),
        (mail(message_id=f"<{broken}@help.example>"), Desk()),
        (mail(), Desk(sender_name=broken)),
        (mail(), Desk(sender_address=f"{broken}@help.example")),
        (mail(), Desk(reply_to=f"{broken}@help.example")),
    ]
    for content, desk in wrong:
        with pytest.raises(PermanentError):
            compose(content, desk)
    with pytest.raises(PermanentError):
        encoded(broken)


@pytest.mark.parametrize(
    "address", ["", "ann", "@home.example", "änn@home.example", "a@b@c", "a <b@c.example>", "a..b@c.example"]
)
def test_an_address_that_smtp_cannot_carry_is_refused_without_being_repeated(address: str) -> None:
    with pytest.raises(PermanentError) as caught:
        compose(mail(recipient=address), Desk())
    assert "@" not in address or address not in str(caught.value)


def test_a_domain_in_other_letters_is_written_in_ascii() -> None:
    assert parse(compose(mail(recipient="ann@bücher.example"), Desk()))["To"] == "ann@xn--bcher-kva.example"


def test_answers_go_elsewhere_when_the_organisation_says_so() -> None:
    assert parse(compose(mail(), Desk(reply_to="nurse@help.example")))["Reply-To"] == "nurse@help.example"


@pytest.mark.parametrize("name", ["Ann", "Mary Jo", "José", "O’Neil", "Anne-Marie", "J. R.", "Åsa", "李"])
def test_a_name_is_greeted_when_it_reads_like_one(name: str) -> None:
    rendered = render(mail(first_name=f"  {name}  "), Desk())
    assert f"Hello {name}," in rendered.html
    assert f"Hello {name}," in rendered.text


@pytest.mark.parametrize(
    "name",
    ["", "<b>Ann</b>", "win.example", "http://win.example", "www.win", "Ann call 555-0100", "a@b",
     "Ann " * 20, "{{7*7}}", "Ann\nStop: http://x", "😀"],
)  # fmt: skip
def test_a_name_that_could_mislead_the_reader_is_left_out(name: str) -> None:
    rendered = render(mail(first_name=name), Desk())
    assert ">Hello,<" in rendered.html
    assert "\nHello,\n" in rendered.text


def test_markup_in_what_the_organisation_says_is_shown_as_text() -> None:
    desk = Desk(name="A & B <script>", postal_address="1 <b>Road</b>\nTown")
    rendered = render(mail(), desk)
    assert "<script" not in rendered.html
    assert "A &amp; B &lt;script&gt;" in rendered.html
    assert "1 <b>Road</b>" in rendered.text


def test_the_person_who_cares_for_another_is_spoken_to_as_such() -> None:
    assert "the person you care for" in render(mail(for_another=True), Desk()).text
    assert "the person you care for" not in render(mail(), Desk()).text


def test_a_mail_is_in_english_where_its_language_is_not_written_yet(monkeypatch: pytest.MonkeyPatch) -> None:
    known = {"en": english()}
    monkeypatch.setattr("intake.mails.words.load_words", lambda folder: known.get(folder.name))
    assert compose(mail(language=Language.SPANISH), Desk()) == compose(mail(), Desk())


def test_a_mail_can_be_stopped_by_mail_where_somebody_takes_it_in() -> None:
    ways = parse(compose(mail(), Desk(stop_address="stop@help.example")))["List-Unsubscribe"]
    token = "b" * 64
    assert ways == (f"<https://help.example/stop/{token}>, <mailto:stop@help.example?subject=stop%20{token}>")


def test_a_reminder_names_the_day_in_full_and_the_next_one_when_it_is_known() -> None:
    assert "Thursday, February 11" in render(mail("appointment_soon"), Desk()).text
    assert "Shall we remind you of the next one?" in render(mail("appointment_after"), Desk()).text
    again = render(mail("appointment_after", next_appointment=date(2027, 5, 11)), Desk()).text
    assert "about Tuesday, May 11" in again


def test_a_message_id_is_in_the_senders_domain() -> None:
    assert message_id("0199", Desk()) == "<0199@help.example>"
