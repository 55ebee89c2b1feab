"""The façade in the forms of TM Forum: the same ledger for whoever speaks 654, 635, 677 and 678."""
