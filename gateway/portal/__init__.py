"""The API's front hall: documentation, merged schema, health, and the gateway's error pages."""
