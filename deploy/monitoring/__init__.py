"""What Grafana and Prometheus are given: dashboards, recorded figures, alerts."""
