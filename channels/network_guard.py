"""Keeps requests that a stranger can steer away from our own network (SSRF)."""

import asyncio
import socket
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from typing import Final

from domain.errors import MediaRefused, MediaUnavailable

RESOLVE_TIMEOUT: Final = 5.0
_NAT64: Final = IPv6Network("64:ff9b::/96")


async def public_address(host: str, port: int) -> str:
    """Resolve a host, refuse it unless every address is on the public internet, return one.

    Connect to the returned address, not to the name: it could resolve to another one by then.
    """
    addresses = await _resolve(host, port)
    if not all(is_public(address) for address in addresses):
        raise MediaRefused(f"{host} is not on the public internet.")
    return addresses[0]


async def _resolve(host: str, port: int) -> list[str]:
    loop = asyncio.get_running_loop()
    try:
        async with asyncio.timeout(RESOLVE_TIMEOUT):
            found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError, TimeoutError) as error:
        raise MediaUnavailable(f"{host} could not be looked up.") from error
    return [str(entry[4][0]) for entry in found]


def is_public(address: str) -> bool:
    """Neither private, loopback, link-local (cloud metadata!), multicast nor reserved."""
    try:
        ip = _embedded(ip_address(address.partition("%")[0]))
    except ValueError:
        return False
    return ip.is_global and not ip.is_multicast


def _embedded(ip: IPv4Address | IPv6Address) -> IPv4Address | IPv6Address:
    """The IPv4 address inside an IPv6 one that only wraps it."""
    if isinstance(ip, IPv4Address):
        return ip
    if ip in _NAT64:
        return IPv4Address(int(ip) & 0xFFFFFFFF)
    return ip.ipv4_mapped or ip.sixtofour or ip
