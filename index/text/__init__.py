"""What is known of a text: sentences, passages, dates, boilerplate, near-duplicates."""
