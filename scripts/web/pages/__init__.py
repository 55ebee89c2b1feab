"""The pages: личный кабинет and the clerk's desk, rendered here, with forms that work without a script."""
