"""Kafka, by librdkafka's client for Python: what reads a topic, and what is told to another one (contract §14)."""
