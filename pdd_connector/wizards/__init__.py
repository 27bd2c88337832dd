from . import pdd_sku_create_product, pdd_sku_kit
