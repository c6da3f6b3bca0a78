"""Lines of the Ministry's list of July 2026, word for word, confirm the codes of the catalogue."""

from __future__ import annotations

import pytest

from tests.unit.verbalise.law.lists import one_list
from verbalise.law.catalogue import offences
from verbalise.law.codes import OffenceCodes, Standing, codes_of
from verbalise.law.natinf import NatinfCode
from verbalise.model import OffenceId

CLASS_2, CLASS_4 = "Contravention de classe 2", "Contravention de classe 4"
FOR = "REDEVABLE DE L'AMENDE ENCOURUE POUR"
LINES = [
    NatinfCode(
        80,
        "Délit",
        "DEGRADATION OU DETERIORATION DE BIEN DESTINE A L'UTILITE OU LA DECORATION PUBLIQUE",
        "ART.322-3 8°, ART.322-1 §I C.PENAL.",
        "ART.322-3 AL.1, ART.322-15, ART.131-30 AL.1 C.PENAL.",
    ),
    NatinfCode(
        6096,
        CLASS_4,
        "CONDUITE D'UN VEHICULE SANS LAISSER UNE DISTANCE DE SECURITE AVEC LE VEHICULE QUI PRECEDE",
        "ART.R.412-12 §I, §II C.ROUTE.",
        "ART.R.412-12 §V, §VI C.ROUTE.",
    ),
    NatinfCode(
        6102,
        CLASS_4,
        "DEPASSEMENT DE VEHICULE PAR LA DROITE",
        "ART.R.414-6 §I C.ROUTE.",
        "ART.R.414-6 §III, §IV C.ROUTE.",
    ),
    NatinfCode(
        6109,
        CLASS_4,
        "ACCELERATION PAR CONDUCTEUR D'UN VEHICULE SUR LE POINT D'ETRE DEPASSE",
        "ART.R.414-16 AL.1 C.ROUTE.",
        "ART.R.414-16 AL.2,AL.3 C.ROUTE.",
    ),
    NatinfCode(
        6110,
        CLASS_4,
        "REFUS DE SERRER A DROITE PAR CONDUCTEUR D'UN VEHICULE SUR LE POINT D'ETRE DEPASSE",
        "ART.R.414-16 AL.1 C.ROUTE.",
        "ART.R.414-16 AL.2 C.ROUTE.",
    ),
    NatinfCode(
        6118,
        CLASS_2,
        "INOBSERVATION, PAR CONDUCTEUR DE VEHICULE, DE L'ARRET IMPOSE PAR UN FEU JAUNE FIXE",
        "ART.R.412-31, ART.L.121-3, ART.R.121-6 7° C.ROUTE. ART.7 ARR.MINIST DU 24/11/1967.",
        "ART.R.412-31 AL.2 C.ROUTE.",
    ),
    NatinfCode(
        6126,
        CLASS_4,
        "EMISSION DE BRUITS GENANTS PAR VEHICULE A MOTEUR",
        "ART.R.318-3 AL.1, AL.5 C.ROUTE. ART.1 ARR.MINIST DU 18/07/1985.",
        "ART.R.318-3 AL.7 C.ROUTE.",
    ),
    NatinfCode(
        6163,
        "Délit",
        "CIRCULATION AVEC UN VEHICULE TERRESTRE A MOTEUR SANS ASSURANCE",
        "ART.L.324-2 §I, ART.L.324-1 C.ROUTE. ART.L.211-1, ART.L.211-26 C.ASSURANCES.",
        "ART.L.324-2, ART.L.224-12 C.ROUTE. ART.L.211-26, ART.L.211-27 C.ASSURANCES.",
    ),
    NatinfCode(
        32970,
        CLASS_4,
        f"{FOR} LE PORT A L'OREILLE D'UN DISPOSITIF SUSCEPTIBLE D'EMETTRE DU SON LORS DE LA CONDUITE D'UN VEHICULE",
        "ART.L.121-3, ART.R.121-6 2° C.ROUTE.",
        "ART.R.412-6-1 AL.4 C.ROUTE.",
    ),
    NatinfCode(
        32971,
        CLASS_4,
        f"{FOR} CIRCULATION EN SENS INTERDIT",
        "ART.L.121-3, ART.R.121-6 6BIS°, ART.R.130-11 6BIS° C.ROUTE.",
        "ART.R.412-28 AL.1 C.ROUTE.",
    ),
    NatinfCode(
        32972,
        CLASS_4,
        f"{FOR} UNE MANOEUVRE INTERDITE SUR AUTOROUTE",
        "ART.L.121-3, ART.R.121-6 6BIS°, ART.R.130-11 6BIS° C.ROUTE.",
        "ART.R.421-6 AL.2 C.ROUTE.",
    ),
    NatinfCode(
        32973,
        CLASS_4,
        f"{FOR} NON RESPECT DE LA PRIORITE DE PASSAGE A L'EGARD DU PIETON",
        "ART.L.121-3, ART.R.121-6 10BIS° C.ROUTE.",
        "ART.R.415-11 AL.2 C.ROUTE.",
    ),
    NatinfCode(
        32974,
        CLASS_4,
        f"{FOR} MISE EN CIRCULATION D'UN VEHICULE SANS PLAQUE D'IMMATRICULATION CONFORME",
        "ART.L.121-3, ART.R.121-6 13° C.ROUTE.",
        "ART.R.317-8 §VI C.ROUTE.",
    ),
    NatinfCode(
        32992,
        CLASS_4,
        f"{FOR} ENGAGEMENT GENANT D'UN VEHICULE DANS UNE INTERSECTION",
        "ART.L.121-3, ART.R.121-6 10°, ART.R.130-11 10° C.ROUTE.",
        "ART.R.415-2 AL.4 C.ROUTE.",
    ),
    NatinfCode(
        32994,
        CLASS_4,
        f"{FOR} CONDUITE D'UN VEHICULE A UNE VITESSE EXCESSIVE EU EGARD AUX CIRCONSTANCES",
        "ART.L.121-3, ART.R.121-6 8° C.ROUTE.",
        "ART.R.413-17 §IV C.ROUTE.",
    ),
    NatinfCode(
        33560,
        CLASS_4,
        "CIRCULATION D'UN VEHICULE NON AUTORISE SUR UNE VOIE RESERVEE AUX VEHICULES A TRES FAIBLES EMISSIONS "
        "(CONTRIBUTION A LA LIMITATION DE LA POLLUTION ATMOSPHERIQUE ET A LA SOBRIETE ENERGETIQUE)",
        "ART.R.412-7 §II, ART.R.318-2 §I C.ROUTE.",
        "ART.R.412-7 §III C.ROUTE.",
    ),
]


@pytest.fixture(scope="module")
def codes() -> dict[OffenceId, OffenceCodes]:
    """Every offence, as these lines alone prove it."""
    return codes_of(offences(), one_list(*LINES))


@pytest.mark.parametrize(
    ("offence", "number"),
    [
        ("bollard-damage", 80),
        ("safe-distance", 6096),
        ("overtaking-right", 6102),
        ("accelerating-when-overtaken", 6109),
        ("refusing-right", 6110),
        ("amber-light", 6118),
        ("insurance", 6163),
    ],
)
def test_a_driver_s_code_is_confirmed(codes: dict[OffenceId, OffenceCodes], offence: str, number: int) -> None:
    status = codes[OffenceId(offence)].driver
    assert (status.standing, status.number) == (Standing.LISTED, number)


@pytest.mark.parametrize(
    ("offence", "number"),
    [
        ("ear-device", 32970),
        ("wrong-way", 32971),
        ("motorway-manoeuvre", 32972),
        ("amber-light", 6118),
        ("pedestrian-priority-crossing", 32973),
        ("pedestrian-priority-pedestrian-area", 32973),
        ("plates", 32974),
        ("junction-blocking", 32992),
        ("speed-conditions", 32994),
    ],
)
def test_a_holder_s_code_is_confirmed(codes: dict[OffenceId, OffenceCodes], offence: str, number: int) -> None:
    status = codes[OffenceId(offence)].holder
    assert (status.standing, status.number) == (Standing.LISTED, number)


def test_none_of_these_lines_is_taken_for_an_offence_that_lacks_a_code(codes: dict[OffenceId, OffenceCodes]) -> None:
    both = [status for found in codes.values() for status in (found.driver, found.holder)]
    assert [status.number for status in both if status.standing is Standing.SOLE] == []
    assert [status.number for status in both if status.standing is Standing.CHANGED] == []
