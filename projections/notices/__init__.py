"""Notices: what subscribers are to be told, derived from events and from what the schedule will ask for."""
