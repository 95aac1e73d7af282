"""Who uses the page: how they are known by their requests, and what they may do."""
