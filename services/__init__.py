"""The five services. None imports another: they meet over HTTP and the event bus."""
