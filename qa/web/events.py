"""What a caller is told of an event of Gradio's that fails: one clear line.

Gradio says "error: null" of any error but its own kind, and prints a traceback that holds what was
sent.
"""

from __future__ import annotations

import logging
from typing import Any

import gradio as gr

_LOG = logging.getLogger("dateline.page")
_MALFORMED = (
    "expected the arguments that /gradio_api/info describes, found others; "
    "see /api/docs for the addresses for programs"
)
_OWN = "expected an answer, found an error of Dateline's own; the server's log tells its place"


def tell_errors(blocks: gr.Blocks) -> None:
    """Tell why an event of a page fails in one line, and log none of its words."""
    read_arguments, run = blocks.preprocess_data, blocks.process_api

    async def preprocess_data(*arguments: Any, **options: Any) -> Any:
        try:
            return await read_arguments(*arguments, **options)
        except gr.Error:
            raise
        except Exception:
            raise gr.Error(_MALFORMED, print_exception=False) from None

    async def process_api(*arguments: Any, **options: Any) -> Any:
        try:
            return await run(*arguments, **options)
        except gr.Error:
            raise
        except Exception:
            _LOG.exception("error")
            raise gr.Error(_OWN, print_exception=False) from None

    blocks.preprocess_data = preprocess_data  # type: ignore[method-assign]
    blocks.process_api = process_api  # type: ignore[method-assign]
