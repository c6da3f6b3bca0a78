"""`docs/offences.md`: the catalogue of offences as one table, for lawyers and for whoever writes a rule."""

from __future__ import annotations

from collections.abc import Iterable

from verbalise.law.catalogue import Confidence, Grade, Liability, Offence, offences
from verbalise.law.codes import CodeStatus, codes_of, export_blocks

_HEAD = """# Offences

What Constat can put before an agent, and what it knows of it: every item of R.121-6 of the Code de la route, stopping
and parking, and damage to a bollard. Made from `verbalise/law/offences/` by `make docs`; a test keeps it in step. The
console shows the same under `/law`, with the newest list of the Ministry of Justice taken into account.

- **Holder.** L.121-3: liable for the fine only, no points. L.121-2: responsible in money, for parking. –: only the
  author answers. Both articles were read in an older consolidation; the list of July 2026 still cites them.
- **Fine.** Reduced / fixed / increased, in euros, from a secondary source; no reduced amount for parking. A délit has
  none, ever, and goes to the officer of the judicial police.
- **NATINF.** A bare number was read in the official list of July 2026. `(s)` comes from a secondary source and proves
  nothing; `?` is not known. `constat law import-natinf FILE.csv` loads the Ministry's "Liste des infractions en vigueur
  de la nomenclature NATINF", which closes both. Parking has one code, whoever answers.
- **Export.** `blocked` without a list: nothing leaves with a code that is not proven.
- **Triggers.** What may say "look here". `analysis` also needs a legal basis for the camera and the offence.
- **Known.** How sure the text is: read, read-old (an older consolidation), secondary, unverified. Notes say the gaps.
- **Scope announced by Rouen** (press, 2024-2025): parking on pavements, crossings, cycle lanes and pedestrian ways,
  wrong way, red light, stop sign. Phones were left out: who sits in a vehicle is not evidence that the city asked for.

"""
_COLUMNS = (
    *("item", "offence", "article", "holder", "class", "fine", "NATINF driver", "NATINF holder"),
    *("who", "triggers", "outcome", "export", "known", "source"),
)


def offences_page() -> str:
    """The catalogue as Markdown: one table, then the notes."""
    rows = [_row(_COLUMNS), _row("---" for _ in _COLUMNS), *(_row(_cells(entry)) for entry in offences().values())]
    notes = [f"- **{entry.id}**: {entry.note_fr}\n" for entry in offences().values() if entry.note_fr]
    return _HEAD + "".join(rows) + "\n## Notes\n\n" + "".join(notes)


def _cells(entry: Offence) -> Iterable[str]:
    codes = codes_of(offences(), None)[entry.id]
    yield (entry.item or "").removeprefix("R.121-6 ")
    yield f"{entry.title_fr}<br>`{entry.id}`"
    yield entry.article.removeprefix("C. route ")
    yield "–" if entry.liability is Liability.NONE else entry.liability
    yield "?" if entry.grade is Grade.UNKNOWN else entry.grade
    yield _fine(entry)
    yield _code(entry, codes.driver)
    yield _code(entry, codes.holder)
    yield ", ".join(sorted(entry.capacities))
    yield ", ".join(sorted(entry.triggers))
    yield entry.handling
    yield "blocked" if export_blocks(entry, codes) else "free"
    yield entry.confidence
    yield f"{entry.source}, {entry.source_date}"


def _fine(entry: Offence) -> str:
    fine = entry.fine_eur
    return "–" if fine is None else f"{'–' if fine.reduced is None else fine.reduced} / {fine.fixed} / {fine.increased}"


def _code(entry: Offence, status: CodeStatus) -> str:
    if not status.is_needed:
        return "–"
    if status.number is None:
        return "?"
    return f"{status.number}{'' if entry.natinf_confidence is Confidence.READ else ' (s)'}"


def _row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |\n"
