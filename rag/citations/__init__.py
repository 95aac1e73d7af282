"""From a model's text to cited, measured claims: its markers, what it claims, what that rests on, how well it holds."""
