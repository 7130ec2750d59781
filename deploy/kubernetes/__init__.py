"""The installation on a cluster: tables here, of which the manifests beside them are made."""
