"""A simulated operator: a feed of some subscribers' days, the same for the same arguments on any machine.

`arrivals` merges the lives of many `subscriber`s into one feed in order of arrival, `damage` spoils some of its lines.
What a subscriber does by chance is drawn in `chance` from the tables of `habits`; what he can buy stands in `market`;
his rough idea of his money and packages is the `believed_wallet`. `compare` measures a feed beside the real half year
(README.md here shows what it printed).
"""

from scripts.simulate.arrivals import lines
from scripts.simulate.market import Market, NothingOnSale

__all__ = ["Market", "NothingOnSale", "lines"]
