"""Ingest on a data folder of this machine, with no server; one that runs there starts at once."""

from collections.abc import Iterator
from contextlib import closing, contextmanager

from pagemill.access import scopes_of
from pagemill.app.house import House, open_house, shelf_folder
from pagemill.cli.ingest.errand import Errand, Order, carry_out
from pagemill.cli.ingest.local import LocalIntake, Wish
from pagemill.cli.ingest.reading import Shelver, Way
from pagemill.cli.ingest.rehearsal import Rehearsal
from pagemill.cli.ingest.standing import LocalLookout
from pagemill.cli.ingest.walk import source_key
from pagemill.cli.screen import Screen, plural
from pagemill.model.options import fingerprint, parse_options
from pagemill.model.people import LOCAL, Caller
from pagemill.settings import MB, Settings
from pagemill.shelf.bulk import BulkShelf


def ingest_folders(order: Order, settings: Settings, screen: Screen) -> int:
    """Everything below the paths of the order; returns the exit code. Raises `invalid_options`,
    `user_not_found`, and what stops it in the middle, such as `disk_full`.
    """
    errand = Errand.of(order, screen)
    own = [settings.data, shelf_folder(settings)]
    with closing(open_house(settings)) as house:
        wish = _wish(order, house)
        if order.is_dry:
            return carry_out(errand, _rehearsal(wish, house), spared=own)
        lookout = LocalLookout(house, wish.by.id, house.clock.now_ms())
        with open_intake(order, house, wish) as intake:

            def notes() -> list[str]:
                return _link_notes(intake) if order.links else []

            return carry_out(
                errand,
                intake,
                lookout=lookout if order.is_monitored else None,
                spared=own,
                notes=notes,
            )


@contextmanager
def open_intake(order: Order, house: House, wish: Wish) -> Iterator[LocalIntake]:
    with closing(BulkShelf(shelf_folder(house.settings))) as shelf:
        shelver = Shelver(shelf, house.settings.max_upload_mb * MB, links=order.links)
        with closing(LocalIntake(house.ledger, house.bell, shelver, wish, order.at_once)) as intake:
            yield intake


def _wish(order: Order, house: House) -> Wish:
    service = house.service
    asked = {"outputs": service.default_outputs, **order.asked}
    return Wish(
        _caller(order.user, house),
        parse_options(asked, service.choices),
        order.priority,
        order.password,
    )


def _caller(user_id: str, house: House) -> Caller:
    """Raises `user_not_found`."""
    if not user_id:
        return LOCAL
    user = house.office.user(user_id)
    return Caller(user, scopes_of(user))


def _rehearsal(wish: Wish, house: House) -> Rehearsal:
    name = fingerprint(wish.options.as_dict())
    return Rehearsal(
        lambda keys: house.ledger.sources.known(wish.by.id, keys),
        lambda found: source_key(found.path, name),
        house.settings.max_upload_mb * MB,
    )


def _link_notes(intake: LocalIntake) -> list[str]:
    linked, copied = intake.ways[Way.LINKED], intake.ways[Way.COPIED]
    return [f"{plural(linked, 'file')} linked, {copied:,} copied"]
