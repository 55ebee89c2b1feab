"""Registries: a bank's or payment system's own list of payments, read, and compared with what is booked."""
