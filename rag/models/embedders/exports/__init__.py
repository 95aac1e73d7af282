"""An ONNX export of an embedding model: what its folder says, and how its vectors are made."""
