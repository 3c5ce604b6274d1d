"""Which doctors stand on the list: the best by score, and those a family should not have to miss.

Kept first: the most experienced and the nearest of the kind that leads, one of those whom the guidance
asks for an opinion, one for symptoms where it names that kind, and one for the tissue where a second
look at it comes first. The rest are the best by score. At most WEIGHTS.per_centre for a centre, whoever
they are. Then all stand in the order of their scores.
"""

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from intake.rules.expertise import Expertise
from intake.rules.facts import Travel
from intake.rules.guidance import Guidance
from intake.rules.weights import WEIGHTS
from workers.matching.rules import NO_PLACE, Field, Group
from workers.matching.score import Scores
from workers.matching.snapshot import IntArray

_FIRST_LOOK = 96


@dataclass(frozen=True, slots=True)
class Choice:
    """A doctor by position in the snapshot; `why`: codes of what she was kept for, beside her score."""

    doctor: int
    group: Group
    at: int
    why: tuple[str, ...] = ()


def chosen(scores: Scores, *, limit: int) -> list[Choice]:
    """Up to `limit` doctors, best score first."""
    room = _Room()
    kept = _kept_first(scores, room, most=limit - 1)
    order = np.array(sorted(_filled(scores, list(kept), room, limit=limit)), np.int64)
    order = order[np.argsort(-scores.exact(order), kind="stable")]
    return [_choice(scores, int(at), kept.get(int(at), ())) for at in order]


def _choice(scores: Scores, at: int, why: tuple[str, ...] = ()) -> Choice:
    return Choice(int(scores.group.doctors[at]), scores.group, at, why)


def _kept_first(scores: Scores, room: "_Room", *, most: int) -> dict[int, tuple[str, ...]]:
    """At most so many, with what each is kept for. Where a centre is full, the next best stands in."""
    kept: dict[int, tuple[str, ...]] = {}
    for code, group in _groups(scores):
        at = _best_with_room(scores, group, room, kept)
        if at is None:
            continue
        if at in kept:
            kept[at] += (code,)
        elif len(kept) < most:
            room.takes(int(scores.group.centres[at]))
            kept[at] = (code,)
    return kept


def _best_with_room(scores: Scores, group: IntArray, room: "_Room", kept: Collection[int]) -> int | None:
    """The best who is kept already or whose centre has room."""
    if not len(group):
        return None
    at = _best(scores, group)
    if at in kept or int(scores.group.centres[at]) not in room.full:
        return at
    shut = np.isin(scores.group.centres[group], list(room.full))
    among = group[~shut | np.isin(group, list(kept))]
    return _best(scores, among) if len(among) else None


def _groups(scores: Scores) -> Iterator[tuple[str, IntArray]]:
    """Of whom one is kept, whatever the others score, and why."""
    tier = scores.question.guidance.tiers[0]
    leading = scores.with_role(tier)
    yield "most_experienced", scores.most_experienced(tier)
    if scores.group.half is not None:
        half = scores.group.half[leading]
        least = half.min(initial=NO_PLACE)
        if least < NO_PLACE:
            yield "nearest", leading[half == least]
    for code, shorts in _named(scores.question.guidance):
        yield code, scores.with_role(shorts)


def _named(guidance: Guidance) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Kinds that the guidance names and that points alone would seldom bring on the list."""
    yield "opinion", guidance.opinions
    if "PC" in guidance.specialties:
        yield "supportive", ("PC",)
    if "PA" in guidance.specialties and guidance.treatments[0] == Expertise.PATHOLOGY_REVIEW:
        yield "tissue", ("PA",)


def _best(scores: Scores, among: IntArray) -> int:
    return int(scores.first(1, among)[0])


def _filled(scores: Scores, kept: list[int], room: "_Room", *, limit: int) -> list[int]:
    """`kept`, and the best by score for whom there is room."""
    look, size = min(max(_FIRST_LOOK, limit), len(scores.group)), len(scores.group)
    while True:
        found, trial = list(kept), room.copy()
        for at in scores.first(look).tolist():
            if len(found) < limit and at not in kept and trial.takes(int(scores.group.centres[at])):
                found.append(at)
        if len(found) >= limit or look == size:
            return found[:limit]
        look = min(size, look * 4)


class _Room:
    """How many of each centre may still come; -1 is no centre, and has no cap."""

    def __init__(self, taken: Counter[int] | None = None) -> None:
        self._taken: Counter[int] = Counter(taken)
        self.full = {centre for centre, count in self._taken.items() if count >= WEIGHTS.per_centre} - {-1}

    def takes(self, centre: int) -> bool:
        if centre in self.full:
            return False
        self._taken[centre] += 1
        if centre >= 0 and self._taken[centre] >= WEIGHTS.per_centre:
            self.full.add(centre)
        return True

    def copy(self) -> "_Room":
        return _Room(self._taken)


def beside(scores: Scores, field: Field, listed: Sequence[Choice]) -> list[Choice]:
    """Named after the list and never instead of it: a video opinion, and veterans' hospitals."""
    video = _by_video(scores, field, listed)
    extra = [video] if video else []
    if scores.question.case.veteran:
        extra += _for_veterans(scores, {choice.doctor for choice in (*listed, *extra)})
    return extra


def _by_video(scores: Scores, field: Field, listed: Sequence[Choice]) -> Choice | None:
    """One who gives opinions by video, when the wish to travel is short and the list has none."""
    video = field.suitable.snapshot.video
    if scores.question.case.travel is not Travel.HOUR or any(video[choice.doctor] for choice in listed):
        return None
    group = field.suitable.only(video[field.suitable.doctors])
    if not len(group):
        return None
    among = Scores(scores.question, group)
    leading = among.with_role(scores.question.guidance.tiers[0])
    at = _best(among, leading if len(leading) else np.arange(len(group)))
    return _choice(among, at, ("beside_video",))


def _for_veterans(scores: Scores, listed: set[int]) -> list[Choice]:
    group = scores.group
    veterans = np.flatnonzero(group.snapshot.veterans[group.doctors])
    # They are as few as one centre may have, so that the cap cannot bind here.
    first = scores.first(WEIGHTS.beside + len(listed), veterans)
    others = [int(at) for at in first if int(group.doctors[at]) not in listed]
    return [_choice(scores, at, ("beside_va",)) for at in others[: WEIGHTS.beside]]
