"""Goods on their way: items, suppliers, orders, consignments, stores, losses."""
