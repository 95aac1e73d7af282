"""How well support and standings tell carried claims from others."""
