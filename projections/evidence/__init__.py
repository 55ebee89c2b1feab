"""Evidence: what was booked can be proved, and what was changed behind the program's back is found."""
