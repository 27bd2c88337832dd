# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import psycopg2
from odoo import api, models
from odoo.addons.pdd_connector import pop
from odoo.exceptions import UserError
from odoo.tools import SQL

from ..bill_file import (
    ORDER_NUMBER,
    BillFileError,
    BillParser,
    find_order_number,
    open_rows,
)
from ..const import FILE_ERRORS

STAGED = (
    *("line_number", "order_sn", "order_source", "occurred_at", "occurred_date"),
    *("amount", "kind", "remark", "flow_code", "flow_name", "digest"),
)

# The table that the file is copied into. The shop stands in each row on purpose: plans
# then rest on how many rows a shop has on average. What is known of one shop by name may
# be from before its rows were written.
STAGING_QUERY = """
    CREATE TEMPORARY TABLE pdd_bill_copied (
        line_number integer,
        order_sn varchar,
        order_source varchar,
        occurred_at timestamp,
        occurred_date date,
        amount numeric,
        kind varchar,
        remark varchar,
        flow_code varchar,
        flow_name varchar,
        digest varchar
    ) ON COMMIT DROP
"""
# equal rows get their numbers, and rows their orders, while they are copied once more: an
# index on rows that were updated is not used before their transaction is over
NUMBER_QUERY = """
    CREATE TEMPORARY TABLE pdd_bill_staging ON COMMIT DROP AS
        SELECT copied.*, pdd_order.id AS order_id
          FROM (SELECT %(shop)s AS shop_id, pdd_bill_copied.*,
                       row_number() OVER (
                           PARTITION BY digest, amount ORDER BY line_number
                       )::integer AS ordinal
                  FROM pdd_bill_copied) AS copied
     LEFT JOIN pdd_order ON pdd_order.shop_id = copied.shop_id
                        AND pdd_order.order_sn = copied.order_sn
"""
# rows of the file (with their line) and known movements of its days that have no
# counterpart: found by sorting both together, which takes no longer for lack of
# statistics
DIFFERENT_QUERY = """
    CREATE TEMPORARY TABLE pdd_bill_different ON COMMIT DROP AS
        SELECT digest, amount, ordinal,
               min(occurred_at) AS occurred_at,
               min(flow_code) AS flow_code,
               min(flow_name) AS flow_name,
               min(own_order_sn) AS own_order_sn,
               min(line_number) AS line_number
          FROM (SELECT digest, amount, ordinal, occurred_at, flow_code, flow_name,
                       CASE WHEN order_source = 'file' THEN order_sn END
                           AS own_order_sn,
                       line_number
                  FROM pdd_bill_staging
             UNION ALL
                SELECT digest, amount, ordinal, occurred_at, flow_code, flow_name,
                       CASE WHEN order_source = 'file' THEN order_sn END,
                       NULL
                  FROM pdd_bill_line
                 WHERE shop_id = %(shop)s
                   AND occurred_date BETWEEN %(start)s AND %(end)s) AS together
      GROUP BY digest, amount, ordinal
        HAVING count(*) = 1
"""
CONFLICT_QUERY = """
    SELECT min(line_number) FROM (
        SELECT min(line_number) AS line_number FROM pdd_bill_different
      GROUP BY digest
        HAVING count(line_number) BETWEEN 1 AND count(*) - 1
     UNION ALL
        SELECT min(line_number) FROM pdd_bill_different
      GROUP BY own_order_sn, occurred_at, flow_code, amount
        HAVING count(line_number) BETWEEN 1 AND count(*) - 1
     UNION ALL
        SELECT min(line_number) FROM pdd_bill_different
      GROUP BY own_order_sn, occurred_at, flow_name, amount
        HAVING count(line_number) BETWEEN 1 AND count(*) - 1
    ) contradictions
"""
OTHER_SHOP_QUERY = """
    SELECT strange.line_number, pdd_order.shop_id
      FROM (SELECT order_sn, min(line_number) AS line_number
              FROM pdd_bill_staging
             WHERE order_id IS NULL AND order_sn IS NOT NULL
          GROUP BY order_sn) AS strange
CROSS JOIN pdd_shop
      JOIN pdd_order ON pdd_order.shop_id = pdd_shop.id
                    AND pdd_order.order_sn = strange.order_sn
  ORDER BY strange.line_number LIMIT 1
"""


class PddBill(models.Model):
    """Reading: from the stored file to lines, in one transaction, as a stream.

    The lines pass through a temporary table: the file is only taken as a whole, when
    its totals agree and no line contradicts what is known.
    """

    _inherit = "pdd.bill"

    def _read(self):
        """Read the stored file into lines; a file that is wrong becomes refused.

        Posting follows by itself.

        :return: whether the file was taken
        """
        self.ensure_one()
        try:
            with self.env.cr.savepoint():
                self._read_lines()
        except BillFileError as error:
            self._set_refused(error)
        else:
            self._replace_refused()
        self.shop_id._review_books()
        if self.state == "open":
            self.env.ref("pdd_connector_finance.ir_cron_bill_post")._trigger()
        return self.state != "refused"

    def _read_lines(self):
        """Stage, compare, insert.

        :raise BillFileError: the file must not be posted
        """
        self.env.flush_all()
        with self._open_file() as file, open_rows(file) as rows:
            parser = BillParser(rows, order_number=self._get_order_pattern())
            self._stage(parser)
        self._check_other_shop()
        completed = self._complete_cut_lines() if parser.is_proven else None
        start, end = self._get_period(parser)
        self._compare(start, end)
        self._check_conflicts()
        vals = {
            **self._prepare_file_vals(parser),
            **self._prepare_covered_vals(parser),
            "date_from": start,
            "date_to": end,
            "new_count": self._insert_staged() + len(completed or ()),
            "missing_count": self._count_missing(start, end),
        }
        self.env.cr.execute("DROP TABLE pdd_bill_staging, pdd_bill_different")
        self.write(vals)
        if completed:
            completed._book_again()
        self._update_state()

    @api.model
    def _get_order_pattern(self):
        # a setting of the system; accountants need no right to read it
        get_param = self.env["ir.config_parameter"].sudo().get_param
        return get_param("pdd_connector_finance.order_number_pattern", ORDER_NUMBER)

    def _stage(self, parser):
        """Copy the rows of the file into the staging table, with numbers and orders."""
        self.env.cr.execute(STAGING_QUERY)
        stream = _Stream(_copy_line(row) for row in parser)
        try:
            self.env.cr.copy_expert(
                f"COPY pdd_bill_copied ({', '.join(STAGED)}) FROM STDIN", stream
            )
        except psycopg2.Error:
            if stream.error:  # the driver only says that reading failed
                raise stream.error from None
            raise
        self.env.cr.execute("ANALYZE pdd_bill_copied")
        self.env.cr.execute(SQL(NUMBER_QUERY, shop=self.shop_id.id))
        self.env.cr.execute("DROP TABLE pdd_bill_copied")
        self.env.cr.execute("ANALYZE pdd_bill_staging")

    def _check_other_shop(self):
        """Refuse a file with orders that only another shop has."""
        found = self.env.execute_query(SQL(OTHER_SHOP_QUERY))
        if found:
            line, shop_id = found[0]
            # the name of a shop of another company is what helps to put it right
            name = self.env["pdd.shop"].sudo().browse(shop_id).name
            raise BillFileError("other_shop", line=line, shop=name)

    def _compare(self, start, end):
        """Set apart what only the file has, and what only earlier files have.

        :param start, end: first and last moment (platform's clock) of the file
        """
        query = SQL(
            DIFFERENT_QUERY,
            shop=self.shop_id.id,
            start=start and start.date(),
            end=end and end.date(),
        )
        self.env.cr.execute(query)

    def _check_conflicts(self):
        """Refuse a file that shows a known movement otherwise than an earlier one.

        A movement that is new and one that is missing, equal but for the amount, or
        but for type, remark and either code or name of the description (which a
        spreadsheet program may have damaged, and some exports have no codes): nobody
        but a person can say which of the two files is right.
        """
        found = self.env.execute_query(SQL(CONFLICT_QUERY))
        if found[0][0]:
            raise BillFileError("conflict", line=found[0][0])

    def _insert_staged(self):
        """Insert the rows no earlier file had; return their number."""
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO pdd_bill_line (
                    bill_id, shop_id, company_id, state, %(columns)s, ordinal,
                    order_id)
                SELECT %(bill)s, %(shop)s, %(company)s,
                       CASE WHEN amount = 0 THEN 'zero' ELSE 'pending' END,
                       %(columns)s, ordinal, order_id
                  FROM pdd_bill_staging
                 ORDER BY line_number
                ON CONFLICT (shop_id, digest, amount, ordinal) DO NOTHING
                """,
                columns=SQL(", ").join(SQL.identifier(name) for name in STAGED),
                bill=self.id,
                shop=self.shop_id.id,
                company=self.company_id.id,
            )
        )
        count = self.env.cr.rowcount
        self.env["pdd.bill.line"].invalidate_model()
        self.env["pdd.order"].invalidate_model(["bill_line_ids"])
        return count

    def _prepare_file_vals(self, parser):
        """Return what the file says about itself."""
        return {
            "state": "open",
            "row_count": parser.count,
            "income": float(parser.income.amount),
            "expense": float(parser.expense.amount),
            "is_proven": parser.is_proven,
            "error_message": False,
            "error_code": False,
            "error_line": False,
            "error_column": False,
            "replaced_by_id": False,
        }

    def _prepare_covered_vals(self, parser):
        """Return from when until when the file shows every movement.

        What came after the export is not in it; a file that names no period may be a
        part of anything.
        """
        if not parser.period:
            return {"covered_from": False, "covered_to": False}
        start, end = map(pop.to_utc, parser.period)
        came = self.create_date.replace(microsecond=0)
        made = pop.to_utc(parser.exported) if parser.exported else came
        return {"covered_from": start, "covered_to": max(start, min(end, made, came))}

    def _get_period(self, parser):
        """Return first and last moment (platform's clock) the file is about."""
        if parser.period:
            return parser.period
        self.env.cr.execute(
            "SELECT min(occurred_at), max(occurred_at) FROM pdd_bill_staging"
        )
        start, end = self.env.cr.fetchone()
        return start and pop.to_local(start), end and pop.to_local(end)

    def _count_missing(self, start, end):
        """Return how many known lines of the file's period the file does not have."""
        if not start:
            return 0
        found = self.env.execute_query(
            SQL(
                """
                SELECT count(*)
                  FROM pdd_bill_different
                 WHERE line_number IS NULL
                   AND occurred_at BETWEEN %s AND %s
                """,
                pop.to_utc(start),
                pop.to_utc(end),
            )
        )
        return found[0][0]

    # --- refusal

    def _set_refused(self, error):
        """Keep why the file was refused, with its place and the next step."""
        self.write(
            {
                **self._prepare_refused_period(error),
                "state": "refused",
                "error_message": self._explain(error),
                "error_code": error.code,
                "error_line": error.line or False,
                "error_column": error.column or False,
            }
        )

    def _prepare_refused_period(self, error):
        """Return the days a refused file is about, as far as it says so."""
        start, end = error.period or (self.bill_date, self.bill_date)
        return {"date_from": start, "date_to": end}

    @api.model
    def _explain(self, error):
        """Return a sentence for a file error: place, meaning, next step."""
        meaning = self.env._(FILE_ERRORS[error.code])
        meaning = meaning % error.facts
        if error.line and error.column:
            return self.env._(
                "Line %(line)s, column %(column)s: %(meaning)s",
                line=error.line,
                column=error.column,
                meaning=meaning,
            )
        if error.line:
            return self.env._(
                "Line %(line)s: %(meaning)s", line=error.line, meaning=meaning
            )
        return meaning

    def _check_read(self):
        """Raise the reason when the file was refused; for what a person waits for."""
        refused = self.filtered(lambda bill: bill.state == "refused")
        if refused:
            raise UserError(
                "\n".join(f"{bill.name}: {bill.error_message}" for bill in refused)
            )


class _Stream:
    """Hand an iterator of bytes to COPY, piece by piece.

    :ivar error: what the iterator raised, if it did
    """

    def __init__(self, pieces):
        self._pieces = pieces
        self._rest = b""
        self.error = None

    def read(self, size):  # pylint: disable=method-required-super
        """Return at most so many bytes; none at the end."""
        parts, length = [self._rest], len(self._rest)
        try:
            while length < size and (piece := next(self._pieces, None)):
                parts.append(piece)
                length += len(piece)
        except Exception as error:  # also what a damaged zip file raises
            self.error = error
            raise
        data = b"".join(parts)
        self._rest = data[size:]
        return data[:size]


def _copy_line(row):
    """Return a row of the file as a line of COPY's text format."""
    hidden = "" if row.order_sn else find_order_number(row.remark)
    source = "file" if row.order_sn else "remark" if hidden else ""
    values = (
        row.line,
        row.order_sn or hidden,
        source,
        pop.to_utc(row.occurred_at),
        row.occurred_at.date(),
        row.amount,
        pop.parse_text(row.kind, limit=100),
        pop.parse_text(row.remark, limit=1000),
        row.code,
        pop.parse_text(row.name, limit=200),
        row.digest,
    )
    return ("\t".join(map(_copy_cell, values)) + "\n").encode()


def _copy_cell(value):
    text = str(value)
    if not text:
        return r"\N"
    if "\\" in text or "\n" in text or "\t" in text or "\r" in text:
        text = text.replace("\\", r"\\").replace("\t", r"\t")
        text = text.replace("\n", r"\n").replace("\r", r"\r")
    return text
