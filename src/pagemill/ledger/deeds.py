"""The audit log: a line in the very transaction that does what it tells of."""

from pagemill.ledger.rows import Row, clean
from pagemill.ledger.statements import Transaction
from pagemill.model.people import Caller, Deed


def note(tx: Transaction, by: Caller, action: str, target: str, detail: str = "") -> None:
    tx.sql.add_deed(
        now_ms=tx.now_ms,
        user_id=by.id,
        token_id=by.token_id,
        address=by.address,
        action=action,
        target=target,
        detail=clean(detail),
    )


def deed_of(row: Row) -> Deed:
    return Deed(
        id=row["id"],
        at_ms=row["at_ms"],
        user_id=row["user_id"],
        token_id=row["token_id"],
        address=row["address"],
        action=row["action"],
        target=row["target"],
        detail=row["detail"],
    )
