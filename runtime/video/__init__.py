"""Video sessions: where they come from, and the way that customers and providers take to us.

seam       what a video provider can do
generic    the provider that speaks plain JSON over HTTP
links      the customer's links, and the URLs that providers call back
"""
