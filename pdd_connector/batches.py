# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""How scheduled actions work on many records, beside other workers."""

from odoo.fields import Domain
from psycopg2 import OperationalError

LOST = (OperationalError,)


def by_company(records):
    """Return records company by company, each set in the environment of its company.

    The user of a scheduled action, and the person who presses a button, may belong to
    another company: accounts, taxes, prices and routes of that one are not the shop's.
    Whoever writes documents for many records goes over them this way.

    :param records: of a model with a field ``company_id``
    :return list: recordsets of one company each
    """
    return [
        some.with_company(company)
        for company, some in records.grouped("company_id").items()
    ]


def work_through(model, domain, size, work):
    """Work on the records of a domain, one transaction per batch.

    What another worker has is left to him, or to the next run.

    :param model: empty recordset of the model, in the environment to work in
    :param domain: what is to be done; a record that is done fits it no more
    :param int size: records of a batch
    :param work: called with records of one company that nobody else has
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
            for some in by_company(batch.try_lock_for_update().filtered_domain(domain)):
                work(some)
            env.cr.flush()
        except OperationalError:
            env.cr.rollback()  # another worker was faster
        time_left = commit_progress(len(batch))
        env.invalidate_all()


def do_safely(records, work, give_up, races=LOST):
    """Work on a batch; on an error halve it down to the record that is the cause.

    :param work: called with records of one company, in its environment
    :param give_up: called with the one record and its error
    :param tuple races: exceptions that mean that another worker was faster
    :raise: one of ``races``
    """
    for some in by_company(records):
        _do_halves(some, work, give_up, races)


def _do_halves(records, work, give_up, races):
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
        _do_halves(records[:middle], work, give_up, races)
        _do_halves(records[middle:], work, give_up, races)
