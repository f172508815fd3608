"""The shop's pages. What differs between them is filled into one template, and always escaped."""

from html import escape
from pathlib import Path
from string import Template
from typing import Final
from urllib.parse import urlsplit

from simulator.records import SNIPPET, Shop
from simulator.shop.goods import CUSTOMERS, PRODUCTS, Customer, Product

TEMPLATE: Final = Path(__file__).parents[1] / "static" / "shop.html"
_TITLES: Final = {"": "Harbour Goods", "help": "Help", "account": "Your account"}


def policy_of(shop: Shop | None) -> str:
    """As strict as a shop's can be, and still the widget works."""
    chats = " ".join(sorted(_origins(shop))) if shop else ""
    live = chats.replace("http", "ws")
    return (
        f"default-src 'none'; script-src 'self' {chats}; connect-src 'self' {chats} {live};"
        f" img-src 'self' {chats}; style-src 'self'; form-action 'self'; base-uri 'none';"
        " frame-ancestors 'self'"
    )


def page(name: str, address: str, shop: Shop | None, signed_in: Customer | None) -> str:
    """`address`: of the page itself, to which signing in leads back."""
    fill = Template(TEMPLATE.read_text(encoding="utf-8"))
    return fill.substitute(
        title=escape(_title(name)),
        body=_body(name, address, signed_in),
        who=_who(address, signed_in),
        widget=_widget(name, shop, signed_in),
    )


def is_page(name: str) -> bool:
    return name in _TITLES or any(name == f"goods/{each.slug}" for each in PRODUCTS)


def _title(name: str) -> str:
    return _TITLES.get(name) or next(each.name for each in PRODUCTS if name == f"goods/{each.slug}")


def _widget(name: str, shop: Shop | None, signed_in: Customer | None) -> str:
    """The line that any shop would paste. Who must sign in first is asked to do that first."""
    if shop is None or (name == "account" and not signed_in):
        return ""
    return shop.customers if signed_in else shop.visitors


def _body(name: str, address: str, signed_in: Customer | None) -> str:
    if name == "help":
        return _HELP
    if name == "account":
        return _account(address, signed_in)
    found = next((each for each in PRODUCTS if name == f"goods/{each.slug}"), None)
    return _product(found) if found else _HERO + "".join(_card(each) for each in PRODUCTS) + "</div>"


def _picture(product: Product) -> str:
    return (
        f'<svg class="picture {product.slug}" viewBox="0 0 120 120" aria-hidden="true">'
        f'<use href="/static/shop.svg#{product.slug}"/></svg>'
    )


def _card(product: Product) -> str:
    return (
        f'<a class="card" href="/shop/goods/{product.slug}">{_picture(product)}'
        f"<h2>{product.name}</h2><p>{product.price}</p></a>"
    )


def _product(product: Product) -> str:
    return (
        f'<div class="product">{_picture(product)}<div><h1>{product.name}</h1>'
        f'<p class="price">{product.price}</p><p>{product.text}</p>'
        '<button class="buy" type="button">Add to cart</button></div></div>'
    )


def _who(address: str, signed_in: Customer | None) -> str:
    if signed_in is None:
        return '<a href="/shop/account">Sign in</a>'
    return (
        '<form method="post" action="/shop/sign-out">'
        f'<input type="hidden" name="back" value="{escape(address)}">'
        f'<span>{escape(signed_in.name)}</span> <button class="link">Sign out</button></form>'
    )


def _account(address: str, signed_in: Customer | None) -> str:
    if signed_in is not None:
        return (
            f'<div class="text"><h1>Hello, {escape(signed_in.name)}</h1>'
            f"<p>{escape(signed_in.email)}</p>"
            "<p>Your last order: 12 November, one storm lantern.</p></div>"
        )
    buttons = "".join(
        f'<button class="buy" name="customer_id" value="{each.customer_id}">'
        f"{escape(each.name)}</button>"
        for each in CUSTOMERS
    )
    return (
        '<div class="text"><h1>Sign in</h1><p>This shop believes you: choose who you are.</p>'
        '<form class="people" method="post" action="/shop/sign-in">'
        f'<input type="hidden" name="back" value="{escape(address)}">{buttons}</form></div>'
    )


def _origins(shop: Shop) -> set[str]:
    urls = (found[1] for each in (shop.visitors, shop.customers) if (found := SNIPPET.fullmatch(each)))
    return {f"{parts.scheme}://{parts.netloc}" for parts in map(urlsplit, urls)}


_HERO: Final = (
    '<div class="hero"><h1>Good things for rough weather</h1>'
    "<p>Made in small harbours, sent everywhere.</p></div>"
    '<div class="grid">'
)
_HELP: Final = (
    '<div class="text"><h1>Help</h1><h2>Where is my parcel?</h2>'
    "<p>Parcels leave the day after the order and take three to five days.</p>"
    "<h2>Can I return something?</h2><p>Within 30 days, unused, for any reason.</p>"
    "<h2>Something else?</h2><p>Ask us: the chat is in the corner below.</p></div>"
)
