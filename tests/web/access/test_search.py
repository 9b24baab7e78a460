"""Search as everybody of the matrix: its one function looks past the walls, and is a wall of its own."""

from teczka.core.search import parse
from teczka.core.search_tree import Hint
from teczka.store.models import Placement
from teczka.store.queries.hits import hits
from teczka.store.queries.search import count, search, shown
from teczka.store.viewer import as_user
from tests.web.access.world import PEOPLE, World
from tests.web.conftest import browser

ASKED = (
    "{word}",
    '"{word}"',
    "{word:.6}*",
    "od:{word}",
    "temat:{word}",
    "plik:{word}",
    "{word} ma:załącznik",
    "{word} -nic jest:udostępnione",
)


def test_hits_and_counts_are_of_what_one_may_see_and_everybody_finds_all_of_it(world: World) -> None:
    sees = {thing.id: thing.sees for thing in world.things if thing.parameter == "message_id"}
    assert len(sees) > 3
    wrong = []
    for name in PEOPLE:
        person, met = world.person(name), set()
        for thing in world.things:
            for asked in ASKED if thing.parameter == "message_id" else ASKED[:1]:
                query = parse(asked.format(word=thing.word))
                found = search(person, query)
                told = {str(hit.line.public_id) for hit in hits(person, found.places)}
                page = shown(person, query)
                met |= told
                wrong += [
                    f"{name} finds {thing.name} by {query.text('pl')}" for id_ in told if name not in sees.get(id_, ())
                ]
                if {str(hit.line.public_id) for hit in page.hits} != told:
                    wrong.append(f"{name} is shown others by one statement than by two: {query.text('pl')}")
                if not len(told) == len(found.ids) == page.count == count(person, query)[0]:
                    wrong.append(f"{name} is told of more than is shown by {query.text('pl')}")
        missed = {id_ for id_, seen_by in sees.items() if name in seen_by} - met
        wrong += [f"{name} does not find {id_}" for id_ in missed if person.is_active]
    assert not wrong, "\n".join(wrong[:40])


def test_rows_are_of_what_one_may_see_whichever_are_asked_for(world: World) -> None:
    sees = {thing.id: thing.sees for thing in world.things if thing.parameter == "message_id"}
    cards = {thing.word: thing.sees for thing in world.things if thing.parameter == "case_id"}
    words = [thing.word for thing in world.things if thing.parameter == "message_id"]
    every = {place for name in PEOPLE for word in words for place in search(world.person(name), parse(word)).places}
    wrong, filed = [], set()
    for name in PEOPLE:
        person = world.person(name)
        told = hits(person, [*every])
        seen = {id_ for id_, who in sees.items() if name in who and person.is_active}
        if {str(hit.line.public_id) for hit in told} & {*sees} != seen:
            wrong.append(f"{name} is told rows of others, or not of all")
        labels = {word for hit in told for label in hit.line.cases for word in cards if word in label}
        filed |= labels
        wrong += [f"{name} reads of the case {word}" for word in labels if name not in cards[word]]
        wrong += [f"{name} is told where another's lies" for hit in told if hit.owner and (hit.folder or hit.account)]
    assert not wrong, "\n".join(wrong)
    assert len(filed) > 1


def test_labels_are_their_owners_alone_in_hits_and_in_what_is_offered(world: World) -> None:
    owners: dict[str, str] = {}
    for name in PEOPLE:
        with as_user(world.person(name).pk):
            for thing in world.things:
                if thing.parameter == "message_id" and Placement.objects.filter(
                    message__public_id=thing.id, gone_at=None
                ).update(keywords=[thing.word]):
                    owners[thing.word] = name
    assert len(owners) > 3
    for name in PEOPLE:
        person = world.person(name)
        offered = (
            browser(person).get("/search/offers/", {"q": "etykieta:"}).content.decode() if person.is_active else ""
        )
        for word, owner in owners.items():
            found = search(person, parse(f"etykieta:{word}"))
            assert bool(found.ids) == (name == owner), (name, word)
            assert not search(person, parse(f"label:{word.upper()} -etykieta:{word}")).ids
            assert (word in offered) <= (name == owner), (name, word)
    assert any(
        word in browser(world.person("anna")).get("/search/offers/", {"q": "label:"}).content.decode()
        for word in owners
    )


def test_what_is_filed_to_a_case_that_one_may_not_see_is_not_found_by_the_cases_name(world: World) -> None:
    cases = [thing for thing in world.things if thing.parameter == "case_id" and thing.name in {"of team", "walled"}]
    met = set()
    for name in PEOPLE:
        person = world.person(name)
        for thing in cases:
            for asked in (f"sprawa:{thing.word}", f"jest:przypisane sprawa:{thing.word}"):
                query = parse(asked)
                found = search(person, query)
                if name not in thing.sees:
                    told = (found.ids, found.hints, count(person, query))
                    assert told == ([], ((Hint.CASE, thing.word),), (0, False)), (name, asked)  # as if there were none
                elif found.ids:
                    met.add((name, thing.name))
    assert {("anna", "walled"), ("bartek", "of team"), ("felicja", "walled")} <= met
