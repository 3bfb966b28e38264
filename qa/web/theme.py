"""The theme of the page: Gradio's bare one with the colours of page.css.

It has fonts of the system and no corners.
"""

from __future__ import annotations

import gradio as gr

SERIF = ["Charter", "Georgia", "Noto Serif", "Liberation Serif", "serif"]
SANS = ["system-ui", "Segoe UI", "Noto Sans", "Liberation Sans", "sans-serif"]
# The custom properties are those of page.css, which has them for light and for dark.
_COLOURS = {
    "body_background_fill": "var(--paper)",
    "body_text_color": "var(--ink)",
    "body_text_color_subdued": "var(--quiet)",
    "background_fill_primary": "var(--paper)",
    "background_fill_secondary": "var(--paper)",
    "border_color_primary": "var(--line)",
    "border_color_accent": "var(--accent)",
    "color_accent": "#c9453f",
    "color_accent_soft": "var(--paper)",
    "block_background_fill": "transparent",
    "block_border_width": "0px",
    "block_label_background_fill": "transparent",
    "block_label_text_color": "var(--quiet)",
    "block_title_text_color": "var(--quiet)",
    "input_background_fill": "transparent",
    "input_border_color": "var(--edge)",
    "input_border_color_focus": "var(--accent)",
    "input_placeholder_color": "var(--quiet)",
    "panel_background_fill": "transparent",
    "button_primary_background_fill": "var(--accent)",
    "button_primary_background_fill_hover": "var(--ink)",
    "button_primary_border_color": "var(--accent)",
    "button_primary_border_color_hover": "var(--ink)",
    "button_primary_text_color": "var(--paper)",
    "button_primary_text_color_hover": "var(--paper)",
    "button_secondary_background_fill": "transparent",
    "button_secondary_background_fill_hover": "transparent",
    "button_secondary_border_color": "var(--edge)",
    "button_secondary_text_color": "var(--ink)",
    "button_secondary_text_color_hover": "var(--accent)",
}
_WITHOUT_DARK = ("block_border_width", "color_accent")  # Gradio has no dark variant of these
_SHAPES = {
    "block_shadow": "none",
    "block_padding": "0px",
    "button_border_width": "1px",
    "button_transition": "none",
    "input_border_width": "1px",
}


# Gradio's sizes of text in pixels would not grow with the reader's own size.
_TEXT = gr.themes.Size(
    name="text_md",
    xxs="0.5625rem",
    xs="0.625rem",
    sm="0.75rem",
    md="0.875rem",
    lg="1rem",
    xl="1.375rem",
    xxl="1.625rem",
)


def theme() -> gr.themes.Base:
    """Return the theme. Its fonts are the system's, so that nothing is fetched."""
    base = gr.themes.Base(
        font=SANS,
        font_mono=["monospace"],
        primary_hue="red",
        neutral_hue="stone",
        radius_size="none",
        text_size=_TEXT,
    )
    dark = {f"{name}_dark": value for name, value in _COLOURS.items() if name not in _WITHOUT_DARK}
    return base.set(**_COLOURS, **dark, **_SHAPES)
