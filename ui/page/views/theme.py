"""Colours, sizes and fonts of the page: calm, dense, the fonts that a machine has, nothing fetched."""

from ui.page.toolkit import gr

FONTS = ["system-ui", "-apple-system", "Segoe UI", "Roboto", "Liberation Sans", "sans-serif"]
MONO = ["ui-monospace", "SFMono-Regular", "Menlo", "Consolas", "Liberation Mono", "monospace"]

THEME = gr.themes.Base(
    primary_hue=gr.themes.colors.teal,
    neutral_hue=gr.themes.colors.slate,
    radius_size=gr.themes.sizes.radius_sm,
    spacing_size=gr.themes.sizes.spacing_sm,
    text_size=gr.themes.sizes.text_md,
    font=FONTS,
    font_mono=MONO,
).set(
    body_background_fill="#fbfbf9",
    body_background_fill_dark="#14181d",
    body_text_color="#1d2733",
    body_text_color_dark="#dde3ea",
    body_text_color_subdued="#566273",
    body_text_color_subdued_dark="#9aa7b5",
    background_fill_primary="#ffffff",
    background_fill_primary_dark="#1b2129",
    block_background_fill="#ffffff",
    block_background_fill_dark="#1b2129",
    border_color_primary="#dfe3e8",
    border_color_primary_dark="#2f3945",
)
