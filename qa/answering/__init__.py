"""From a question to answers: understanding, retrieval, reading, agreement."""
