"""Who a customer is, in the words of the shop on whose page they are."""

from application.chats.sessions import a_stranger
from channels.shop_tokens import ShopCustomer, ShopTokens
from domain.chats import Visitor
from domain.errors import NotSignedIn
from domain.ids import EndpointId
from domain.widgets import ShopSignIn
from storage.widgets import Widgets

SIGNED_IN: str = "user:"
"""How the addresses of customers begin for whom a shop vouches."""


class ShopSignIns:
    """Checks tokens against the keys that an admin set for the widget."""

    def __init__(self, widgets: Widgets, tokens: ShopTokens) -> None:
        self._widgets = widgets
        self._tokens = tokens

    async def verify(self, widget_id: EndpointId, identity_token: str | None) -> Visitor:
        """Who it is. Raise NotSignedIn unless the shop says so, or nobody has to."""
        shop = (await self._widgets.get(widget_id)).settings.sign_in
        if shop is None:
            return _of_no_shop(identity_token)
        if identity_token is None:
            raise NotSignedIn("Chats of this widget are for signed-in customers: send identity_token.")
        customer = await self._tokens.read(identity_token, shop)
        return Visitor(
            address=_address(shop, customer),
            authenticated=True,
            display_name=customer.name,
            email=customer.email,
            phone=customer.phone,
            context=customer.context,
        )


def _address(shop: ShopSignIn, customer: ShopCustomer) -> str:
    """What one shop calls somebody says nothing of whom another one means.

    A `sub` has no spaces, so no two of these are the same; keys are left out, for they are replaced.
    """
    return f"{SIGNED_IN}{customer.sub} {shop.issuer}"


def _of_no_shop(identity_token: str | None) -> Visitor:
    """Better refused than taken for a stranger."""
    if identity_token is not None:
        raise NotSignedIn("This widget takes no sign-in. Open a session without an identity_token.")
    return a_stranger()
