"""Doctors as the terminal shows them."""

import json
from collections.abc import Iterator, Sequence
from typing import Any

import click

from intake.models.directory import Doctor, Location
from intake.rules.taxonomy import SPECIALTIES, short_of
from intake.services.freshness import ToVerify


def one(doctor: Doctor, *, as_json: bool) -> None:
    """Every fact of one doctor. Locations, specialties and expertise must be loaded."""
    if as_json:
        click.echo(json.dumps(facts(doctor)))
        return
    for line in _lines(doctor):
        click.echo(line)


def several(doctors: Sequence[Doctor], *, as_json: bool, more: bool) -> None:
    """One line or one JSON object each."""
    if as_json:
        click.echo(json.dumps([facts(doctor) for doctor in doctors]))
        return
    for doctor in doctors:
        places = ", ".join(f"{place.city} {place.state}" for place in doctor.locations)
        shorts = "/".join(dict.fromkeys(short_of(row.taxonomy_code) or "?" for row in _primary_first(doctor)))
        key = doctor.npi or doctor.id
        click.echo(f"{key!s:<38}{doctor.status:<13}{shorts:<9}{doctor.name}  {places}")
    if more:
        click.echo("There are more: raise --limit.", err=True)


def stale(found: Sequence[ToVerify], *, as_json: bool) -> None:
    """Each doctor with the facts to check again, and how many days they are past their limit."""
    if as_json:
        click.echo(json.dumps([_to_verify(one) for one in found]))
        return
    for one in found:
        click.echo(f"{one.doctor.npi or one.doctor.id!s:<38}{one.doctor.name}")
        for fact in one.stale:
            click.echo(f"    {fact.name:<16}checked {fact.since}, {fact.overdue} days past {fact.limit}")
    if not found:
        click.echo("Nothing to check: no fact is past its limit.", err=True)


def _to_verify(one: ToVerify) -> dict[str, Any]:
    return {
        "id": str(one.doctor.id),
        "npi": one.doctor.npi,
        "name": one.doctor.name,
        "overdue": one.overdue,
        "stale": [
            {"fact": f.name, "since": f.since.isoformat(), "age": f.age, "limit": f.limit} for f in one.stale
        ],
    }


def facts(doctor: Doctor) -> dict[str, Any]:
    """`{id, npi, name, status, ...}` with dates as YYYY-MM-DD."""
    plain = ("npi", "name", "credential", "status", "sample", "languages", "accepts_new", "video_opinion")
    dated = ("seen_on", "verified_on", "deactivated_on")
    return {
        "id": str(doctor.id),
        **{name: getattr(doctor, name) for name in plain},
        **{name: getattr(doctor, name) for name in ("volume_band", "source", "note", "deactivated_because")},
        **{name: value and value.isoformat() for name in dated for value in [getattr(doctor, name)]},
        "verified_by": doctor.verified_by,
        "taxonomy_codes": [row.taxonomy_code for row in _primary_first(doctor)],
        "expertise": sorted(row.code for row in doctor.expertise),
        "locations": [_location(place) for place in doctor.locations],
    }


def _location(place: Location) -> dict[str, Any]:
    names = ("line_1", "line_2", "city", "state", "zip", "phone", "latitude", "longitude", "source")
    return {
        "id": str(place.id),
        "centre": place.centre.name if place.centre else None,
        **{name: getattr(place, name) for name in names},
        "seen_on": place.seen_on.isoformat(),
    }


def _primary_first(doctor: Doctor) -> list[Any]:
    return sorted(doctor.specialties, key=lambda row: (not row.is_primary, row.taxonomy_code))


def _lines(doctor: Doctor) -> Iterator[str]:
    npi = f"NPI {doctor.npi}" if doctor.npi else f"id {doctor.id}"
    yield f"{doctor.name}{f', {doctor.credential}' if doctor.credential else ''}  {npi}  {doctor.status}"
    for row in _primary_first(doctor):
        short = short_of(row.taxonomy_code)
        label = SPECIALTIES[short].label if short else "not used by the matching"
        yield f"  {row.taxonomy_code}  {label}{' (primary)' if row.is_primary else ''}"
    for place in doctor.locations:
        where = place.centre.name if place.centre else place.line_1
        point = "" if place.latitude is not None else "  (place not known: nobody can be matched by distance)"
        yield f"  {where}, {place.city} {place.state} {place.zip}  {place.phone or 'no phone'}{point}"
    for skill in sorted(doctor.expertise, key=lambda skill: skill.code):
        yield f"  {skill.code}  checked {skill.verified_on} by {skill.verified_by}, {skill.source}"
    yield f"  seen {doctor.seen_on} in {doctor.source}"
    if doctor.deactivated_on:
        yield f"  deactivated {doctor.deactivated_on}: {doctor.deactivated_because}"
    if doctor.note:
        yield f"  note: {doctor.note}"
