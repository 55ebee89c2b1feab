"""Floor 1: facts and decisions. Everything here is pure but `log/` and `service.py`."""
