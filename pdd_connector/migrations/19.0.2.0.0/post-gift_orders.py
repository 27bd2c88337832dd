# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Gift orders were taken for price differences, their gifts packed with the main order.

Here they are only found: the scheduled action that makes sales orders puts right what has
not left, and opens issues for the rest.
"""


def migrate(cr, version):
    """Mark the gift orders and the gifts of main orders that were made by the old rule."""
    cr.execute(
        """
        UPDATE pdd_order
           SET gift_main_sn = related_order_sn, related_order_sn = NULL,
               is_old_gift = sale_order_id IS NOT NULL,
               state = CASE WHEN sale_order_id IS NULL AND state = 'error'
                                 AND is_incomplete IS NOT TRUE
                            THEN 'pending' ELSE state END
         WHERE related_order_sn <> ''
           AND payload @? '$.related_order_list[*].relation_type ? (@ == 4 || @ == "4")'
           AND NOT payload @?
               '$.related_order_list[*].relation_type ? (@ == 3 || @ == "3")'
           AND COALESCE(payload ->> 'ship_additional_origin_order', '') = ''
        """
    )
    cr.execute(
        """
        UPDATE pdd_order_line AS line SET is_left_gift = true
          FROM pdd_order
         WHERE pdd_order.id = line.order_id AND line.is_gift
           AND pdd_order.payload ->> 'gift_order_status' = '1'
        """
    )
