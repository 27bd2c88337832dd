# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import models
from odoo.fields import Domain
from odoo.tools import SQL

# faults of a file that a whole file of the same days does not heal
LASTING = ("conflict", "other_shop")

# the last movement of files without totals that lacks the end of its description ->
# the row of this file, with totals, that has it
CUT_QUERY = """
    WITH last AS (
        SELECT DISTINCT ON (line.bill_id) line.*
          FROM pdd_bill_line line
          JOIN pdd_bill bill ON bill.id = line.bill_id
         WHERE bill.shop_id = %(shop)s
           AND bill.id != %(bill)s
           AND NOT COALESCE(bill.is_proven, FALSE)
      ORDER BY line.bill_id, line.line_number DESC)
    SELECT DISTINCT ON (last.id) last.id, staged.line_number
      FROM last
      JOIN pdd_bill_staging staged
        ON staged.occurred_at = last.occurred_at
       AND staged.amount = last.amount
       AND staged.order_sn IS NOT DISTINCT FROM
           CASE WHEN last.order_source IN ('report', 'person') THEN staged.order_sn
                ELSE last.order_sn END
       AND staged.kind IS NOT DISTINCT FROM last.kind
       AND staged.remark IS NOT DISTINCT FROM last.remark
       AND staged.digest != last.digest
       AND starts_with(concat_ws('|', staged.flow_code, staged.flow_name),
                       concat_ws('|', last.flow_code, last.flow_name))
     WHERE NOT EXISTS (SELECT FROM pdd_bill_line known
                        WHERE known.shop_id = %(shop)s
                          AND known.digest = staged.digest
                          AND known.amount = staged.amount
                          AND known.ordinal = staged.ordinal)
  ORDER BY last.id, staged.line_number
"""
WORDS_QUERY = """
    UPDATE pdd_bill_line line
       SET bill_id = %(bill)s, line_number = staged.line_number,
           flow_code = staged.flow_code, flow_name = staged.flow_name,
           digest = staged.digest, ordinal = staged.ordinal
      FROM pdd_bill_staging staged
     WHERE line.id = %(line)s AND staged.line_number = %(number)s
"""


class PddBill(models.Model):
    """Files that broke off: the whole file takes their place."""

    _inherit = "pdd.bill"

    def _replace_refused(self):
        """Note which refused files are no trouble any more: their days are read."""
        self.ensure_one()
        if not self.date_from:
            return
        refused = self.search(
            Domain("shop_id", "=", self.shop_id.id)
            & Domain("state", "=", "refused")
            & Domain("replaced_by_id", "=", False)
            & Domain("error_code", "not in", LASTING)
            & Domain("date_from", "<=", self.date_to)
            & Domain("date_to", ">=", self.date_from)
        )
        if not refused:
            return
        read = self.search(
            Domain("shop_id", "=", self.shop_id.id)
            & Domain("state", "not in", ("new", "refused"))
            & Domain("date_from", "<=", max(refused.mapped("date_to")))
            & Domain("date_to", ">=", min(refused.mapped("date_from")))
        )
        whole_days = read.filtered("is_proven")._get_whole_days()
        asked_days = set(read.mapped("bill_date"))
        for bill in refused:
            is_asked = bill.bill_date and bill.bill_date in asked_days
            if is_asked or bill._get_days() <= whole_days:
                bill.replaced_by_id = self

    def _complete_cut_lines(self):
        """Complete movements whose description an earlier file had only a part of.

        Files that broke off inside their last cell were once taken. What is posted
        stays; where it was booked as something else it is booked again.

        :return: the movements
        """
        Line = self.env["pdd.bill.line"]
        found = self.env.execute_query(
            SQL(CUT_QUERY, shop=self.shop_id.id, bill=self.id)
        )
        lines, taken = Line.browse(), set()
        for line_id, number in found:
            if number not in taken:
                lines += Line.browse(line_id)
                taken.add(number)
                self._complete_cut_line(lines[-1], number)
        if lines:
            Line.invalidate_model()
        return lines

    def _complete_cut_line(self, line, number):
        """Give a movement the words of a row of this file."""
        line.bill_id.new_count -= 1
        self.env.flush_all()
        self.env.cr.execute(SQL(WORDS_QUERY, bill=self.id, line=line.id, number=number))
