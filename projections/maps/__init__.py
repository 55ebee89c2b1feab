"""Maps: how records of calls and payments in somebody's table become inputs (docs/payments.md)."""
