"""The gateway: REST, WebSocket and the served terminal of one exchange.

Folders are the product's nouns; each holds `schemas` (the wire), `service` (the work) and `endpoints`
(the routes).
"""
