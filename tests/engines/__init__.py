"""What engines other than ours find in our files, and what our jobs come to on them."""
