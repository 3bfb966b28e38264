"""The sentence encoder, how it is compiled, and the runtime that serves models."""
