"""The commands of `dateline`. Each is a function that declares its arguments and one that runs it."""
