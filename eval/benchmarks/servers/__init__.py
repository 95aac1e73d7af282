"""Libraries on servers, measured on real ones of this machine."""
