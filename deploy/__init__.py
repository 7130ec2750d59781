"""Ways to run the services: embedded on one machine, in containers, in Kubernetes."""
