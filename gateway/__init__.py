"""The one public door: which path belongs to which service, Traefik's settings, the portal."""
