"""What whoever runs the page watches it by: health, readiness, and numbers in the form of Prometheus."""
