"""The default encoder, compiled to int8 ONNX.

Made by training/encoder.py; see MODEL_CARD.md.
"""
