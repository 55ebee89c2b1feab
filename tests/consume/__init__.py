"""Feeding from Kafka, with the mock cluster of its own client (contract §14)."""
