"""The only writers of supply: name items, suppliers and stores; order, pay; ship, receive, record a loss."""

from .buying import BUYER_ROLES, PAYER_ROLES, OrderAsk, order_materials, pay_supplier
from .catalogue import CATALOGUE_ROLES, add_item, add_store, add_supplier
from .moving import RECEIVER_ROLES, Count, receive, record_loss, ship, still_under_way, stock_by_place

__all__ = [
    "BUYER_ROLES", "CATALOGUE_ROLES", "PAYER_ROLES", "RECEIVER_ROLES", "Count", "OrderAsk", "add_item", "add_store", "add_supplier",
    "order_materials", "pay_supplier", "receive", "record_loss", "ship", "still_under_way", "stock_by_place",
]  # fmt: skip
