# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Credit notes know how many pieces came back with them."""


def migrate(cr, version):
    """Take the pieces from the lines of earlier credit notes, returns only."""
    cr.execute(
        """
        UPDATE account_move note
           SET pdd_pieces = back.pieces
          FROM (SELECT item.move_id,
                       jsonb_object_agg(rel.order_line_id, item.quantity) AS pieces
                  FROM account_move_line item
                  JOIN sale_order_line_invoice_rel rel ON rel.invoice_line_id = item.id
                  JOIN account_move move ON move.id = item.move_id
                  JOIN pdd_refund refund ON refund.id = move.pdd_refund_id
                 WHERE refund.after_sales_type = 3
                   AND item.display_type = 'product'
              GROUP BY item.move_id) back
         WHERE note.id = back.move_id
           AND note.pdd_pieces IS NULL
        """
    )
