"""Builds what pages load; not part of the product that runs."""
