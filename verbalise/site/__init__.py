"""The site: what the city describes of itself and its agreements, how that is read, and which version held when."""
