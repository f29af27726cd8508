"""The REST service of a data owner by PACT 3.0.3: footprints listed and fetched, requests answered by events."""
