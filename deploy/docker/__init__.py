"""Images of the product, and what runs them where there is Docker but no cluster."""
