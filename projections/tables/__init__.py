"""Tables as banks, payment systems and switches write them: rows of text cells, and what stands in a cell."""
