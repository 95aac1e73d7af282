"""The catalog: papers, where each came from, their full text, what was merged, what readers rated."""
