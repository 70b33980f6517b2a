"""The model: arrays in, arrays out; no file, no text, no state."""
