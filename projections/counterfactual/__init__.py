"""Counterfactual: bookings decided once more with a change (what-if) or with late records in time."""
