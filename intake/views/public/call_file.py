"""The planned call as a calendar file (RFC 5545)."""

from datetime import UTC, datetime, timedelta

from icalendar import Alarm, Calendar, Event

from intake.language import current, gettext
from intake.organisation import Organisation

_REMIND = timedelta(minutes=-15)


def call_file(organisation: Organisation, *, reference: str, span: tuple[datetime, datetime]) -> bytes:
    """`span`: from when the phone may ring to the latest it will, aware. The same call has the same UID."""
    start, end = span
    event = Event()
    event.add("uid", f"call-{reference}@{organisation.sender_address.rpartition('@')[2]}")
    event.add("dtstamp", datetime.now(UTC).replace(microsecond=0))
    event.add("dtstart", start.astimezone(UTC))
    event.add("dtend", end.astimezone(UTC))
    event.add("summary", gettext("Phone call"))
    event.add("description", gettext("The call comes from %(phone)s.", phone=organisation.phone))
    event.add_component(_alarm())
    calendar = Calendar()
    calendar.add("prodid", f"-//Advocate Desk//{current()}//")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add_component(event)
    content: bytes = calendar.to_ical()
    return content


def _alarm() -> Alarm:
    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("description", gettext("Phone call"))
    alarm.add("trigger", _REMIND)
    return alarm
