"""What the shop sells, and who buys there."""

from typing import Final, NamedTuple


class Product(NamedTuple):
    """One thing; `slug` names its page and its picture."""

    slug: str
    name: str
    price: str
    text: str


class Customer(NamedTuple):
    """Somebody with an account."""

    customer_id: str
    name: str
    email: str


PRODUCTS: Final = (
    Product("lantern", "Storm lantern", "€ 64", "Brass and glass, made to be carried through rain."),
    Product("mug", "Enamel mug", "€ 18", "Keeps coffee warm on deck and survives the fall from it."),
    Product("rope", "Coiled rope", "€ 29", "Twelve metres of hemp, whipped at both ends by hand."),
    Product("boat", "Paper boat print", "€ 42", "Printed on cotton paper, numbered and signed."),
)
CUSTOMERS: Final = (
    Customer("c-1001", "Kim Minji", "minji@example.com"),
    Customer("c-1002", "Elena Radu", "elena@example.com"),
)


def product(slug: str) -> Product | None:
    return next((each for each in PRODUCTS if each.slug == slug), None)


def customer(customer_id: str | None) -> Customer | None:
    return next((each for each in CUSTOMERS if each.customer_id == customer_id), None)
