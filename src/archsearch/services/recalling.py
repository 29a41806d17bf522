"""Ending whatever is lent of a record, when it is taken out of the archive's use."""

from datetime import datetime

from sqlalchemy import Connection

from archsearch.domain.audit import Action
from archsearch.domain.borrowing import Deed, Step, end
from archsearch.domain.record import RecordId
from archsearch.services.trail import Trail
from archsearch.storage import borrowing, grants

_NOTE = "档案已不可调阅"


def recall(
    trail: Trail, connection: Connection, record_id: RecordId, by: str, at: datetime
) -> None:
    """End all grants of a record, effective at the next query, and the loans that they were."""
    for key in sorted(grants.revoke_record(connection, record_id, by=by, at=at)):
        request = borrowing.request_of(connection, key)
        item = next(each for each in request.items if each.key == key)
        if not grants.others_in_force(connection, key, at):
            borrowing.save(connection, end(item, Deed.REVOKE))
        step = Step(at, by, Deed.REVOKE, (item.number,), _NOTE, None)
        borrowing.add_step(connection, request.key, step)
        detail = {"user": request.user, "request": request.id}
        entry = trail.entry(by, Action.REVOKE, target=record_id, detail=detail)
        trail.log.append(connection, entry)
