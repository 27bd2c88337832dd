# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""How scheduled actions work on many records, beside other workers."""

from odoo.fields import Domain
from psycopg2 import OperationalError

LOST = (OperationalError,)


def work_through(model, domain, size, work):
    """Work on the records of a domain, one transaction per batch.

    What another worker has is left to him, or to the next run.

    :param model: empty recordset of the model, in the environment to work in
    :param domain: what is to be done; a record that is done fits it no more
    :param int size: records of a batch
    :param work: called with records that nobody else has
    """
    env, domain = model.env, Domain(domain)
    commit_progress = env["ir.cron"]._commit_progress
    time_left, last_id = commit_progress(remaining=model.search_count(domain)), 0
    while time_left:
        batch = model.search(
            domain & Domain("id", ">", last_id), order="id", limit=size
        )
        if not batch:
            break
        last_id = batch[-1].id
        try:
            work(batch.try_lock_for_update().filtered_domain(domain))
            env.cr.flush()
        except OperationalError:
            env.cr.rollback()  # another worker was faster
        time_left = commit_progress(len(batch))
        env.invalidate_all()


def do_safely(records, work, give_up, races=LOST):
    """Work on a batch; on an error halve it down to the record that is the cause.

    :param work: called with records
    :param give_up: called with the one record and its error
    :param tuple races: exceptions that mean that another worker was faster
    :raise: one of ``races``
    """
    if not records:
        return
    try:
        with records.env.cr.savepoint():
            work(records)
    except races:
        raise
    except Exception as error:  # noqa: BLE001 one bad record must not stop the others
        if len(records) == 1:
            give_up(records, error)
            return
        middle = len(records) // 2
        do_safely(records[:middle], work, give_up, races)
        do_safely(records[middle:], work, give_up, races)
