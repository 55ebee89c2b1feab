"""Floor 2: what the facts mean: readings of one account, views across accounts, audits."""
