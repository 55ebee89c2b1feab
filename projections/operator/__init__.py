"""The operator's own forms of the statement: their words and figures, for printing and for reading."""
