"""Customers' files: fetched from the providers before their URLs expire."""
