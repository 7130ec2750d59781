"""Which addresses are public: an explicit list of those that are not.

The sources are IANA's special-purpose registries (RFC 6890 and what follows it). Python's
`is_global` calls multicast, 64:ff9b::a9fe:a9fe and 2002:7f00:1:: global.
"""

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network
from typing import Final

NOT_PUBLIC_4: Final = tuple(
    IPv4Network(network)
    for network in (
        "0.0.0.0/8",  # this network
        "10.0.0.0/8",  # private
        "100.64.0.0/10",  # carriers' NAT
        "127.0.0.0/8",  # loopback
        "169.254.0.0/16",  # link-local, with the clouds' metadata
        "172.16.0.0/12",  # private
        "192.0.0.0/24",  # protocol assignments
        "192.0.2.0/24",  # documentation
        "192.88.99.0/24",  # 6to4 relays
        "192.168.0.0/16",  # private
        "198.18.0.0/15",  # benchmarks
        "198.51.100.0/24",  # documentation
        "203.0.113.0/24",  # documentation
        "224.0.0.0/4",  # multicast
        "240.0.0.0/4",  # reserved, and broadcast
    )
)
# Of IPv6 only this is given out to hosts; loopback, private, link-local and multicast are outside.
UNICAST_6: Final = IPv6Network("2000::/3")
NOT_PUBLIC_6: Final = tuple(
    IPv6Network(network)
    for network in (
        "2001::/23",  # protocol assignments, Teredo and ORCHID among them
        "2001:db8::/32",  # documentation
        "3fff::/20",  # documentation
    )
)
# An IPv4 address stands in these: network → how many bits to the right of it.
_EMBEDDING: Final = {
    IPv6Network("::/96"): 0,  # IPv4-compatible
    IPv6Network("::ffff:0:0/96"): 0,  # IPv4-mapped
    IPv6Network("::ffff:0:0:0/96"): 0,  # IPv4-translated (SIIT)
    IPv6Network("64:ff9b::/96"): 0,  # NAT64
    IPv6Network("2002::/16"): 80,  # 6to4
}


def is_public(address: IPv4Address | IPv6Address) -> bool:
    """Return whether `address` is one of the public internet, in whatever form it is written."""
    if isinstance(address, IPv6Address):
        embedded = _embedded(address)
        if embedded is None:
            inside = address in UNICAST_6
            return inside and not any(address in network for network in NOT_PUBLIC_6)
        address = embedded
    return not any(address in network for network in NOT_PUBLIC_4)


def _embedded(address: IPv6Address) -> IPv4Address | None:
    for network, bits in _EMBEDDING.items():
        if address in network:
            return IPv4Address(int(address) >> bits & 0xFFFFFFFF)
    return None
