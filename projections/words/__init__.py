"""Words: text for people, made in one place; models hold instants, kopecks and names as they are."""
