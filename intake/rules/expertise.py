"""What a doctor can be known to do for mesothelioma, and how a centre can be known.

Registries cannot show any of this: a person checks it and enters these codes.
"""

from collections.abc import Iterable
from enum import StrEnum

from intake.language import lazy_gettext as _


class Expertise(StrEnum):
    """Types treated, then procedures and treatments. Append only: positions are mask bits."""

    PLEURAL_MESOTHELIOMA = "pleural_mesothelioma"
    PERITONEAL_MESOTHELIOMA = "peritoneal_mesothelioma"
    PERICARDIAL_MESOTHELIOMA = "pericardial_mesothelioma"
    TESTICULAR_MESOTHELIOMA = "testicular_mesothelioma"
    PLEURECTOMY_DECORTICATION = "pleurectomy_decortication"
    EXTRAPLEURAL_PNEUMONECTOMY = "extrapleural_pneumonectomy"
    CRS_HIPEC = "crs_hipec"
    PERICARDIAL_SURGERY = "pericardial_surgery"
    TESTICULAR_SURGERY = "testicular_surgery"
    IMMUNOTHERAPY = "immunotherapy"
    CHEMOTHERAPY = "chemotherapy"
    TTFIELDS = "ttfields"
    RADIATION = "radiation"
    PLEURAL_IMRT = "pleural_imrt"
    PALLIATIVE_CARE = "palliative_care"
    EFFUSION_CONTROL = "effusion_control"
    CLINICAL_TRIALS = "clinical_trials"
    SECOND_OPINION = "second_opinion"
    PATHOLOGY_REVIEW = "pathology_review"
    STAGING = "staging"
    GENETIC_TESTING = "genetic_testing"
    SURVEILLANCE = "surveillance"


class VolumeBand(StrEnum):
    """How many people with mesothelioma a doctor sees, as the organisation judges it."""

    HIGH = "high"
    SOME = "some"
    FEW = "few"


class Designation(StrEnum):
    """What a centre is known for. A designation is a dated fact about the centre."""

    MESOTHELIOMA_PROGRAM = "mesothelioma_program"
    NCI_COMPREHENSIVE = "nci_comprehensive"
    NCI_CLINICAL = "nci_clinical"
    VA = "va"


# In the words of families: each completes "Offers ..." except the types, which complete "Treats ...".
PLAIN: dict[Expertise, str] = {
    Expertise.PLEURAL_MESOTHELIOMA: _("mesothelioma in the lining of the lung"),
    Expertise.PERITONEAL_MESOTHELIOMA: _("mesothelioma in the lining of the belly"),
    Expertise.PERICARDIAL_MESOTHELIOMA: _("mesothelioma in the lining of the heart"),
    Expertise.TESTICULAR_MESOTHELIOMA: _("mesothelioma in the lining of the testicle"),
    Expertise.PLEURECTOMY_DECORTICATION: _("surgery that spares the lung"),
    Expertise.EXTRAPLEURAL_PNEUMONECTOMY: _("surgery that takes out a lung"),
    Expertise.CRS_HIPEC: _("belly surgery with heated chemo"),
    Expertise.PERICARDIAL_SURGERY: _("surgery on the lining of the heart"),
    Expertise.TESTICULAR_SURGERY: _("surgery on the testicle"),
    Expertise.IMMUNOTHERAPY: _("drugs that help the immune system"),
    Expertise.CHEMOTHERAPY: _("chemo"),
    Expertise.TTFIELDS: _("a device worn on the chest that treats the tumor"),
    Expertise.RADIATION: _("radiation"),
    Expertise.PLEURAL_IMRT: _("radiation aimed at the lining of the lung"),
    Expertise.PALLIATIVE_CARE: _("care for pain and other symptoms"),
    Expertise.EFFUSION_CONTROL: _("help with fluid build-up"),
    Expertise.CLINICAL_TRIALS: _("clinical trials"),
    Expertise.SECOND_OPINION: _("second opinions"),
    Expertise.PATHOLOGY_REVIEW: _("a second look at the tissue sample"),
    Expertise.STAGING: _("tests to find the stage"),
    Expertise.GENETIC_TESTING: _("gene tests"),
    Expertise.SURVEILLANCE: _("check-ups after treatment"),
}

_BITS: dict[str, int] = {code.value: 1 << place for place, code in enumerate(Expertise)}


def expertise_mask(codes: Iterable[str]) -> int:
    """Bits of the known codes, one per place in Expertise; codes of a later version count for nothing."""
    mask = 0
    for code in codes:
        mask |= _BITS.get(code, 0)
    return mask


# The codes, and how the National Cancer Institute's own list words its designations.
_DESIGNATIONS = {
    "comprehensive cancer center": Designation.NCI_COMPREHENSIVE,
    "clinical cancer center": Designation.NCI_CLINICAL,
    "cancer center": Designation.NCI_CLINICAL,
    **{kind.value: kind for kind in Designation},
}


def designation_of(text: str | None) -> Designation | None:
    """The designation a code or the words of a list stand for; None when they stand for none."""
    return _DESIGNATIONS.get((text or "").strip().lower())
