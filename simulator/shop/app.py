"""The shop over HTTP: its pages, who is signed in there, and its word for it."""

from typing import Annotated, Any, Final

from fastapi import APIRouter, Cookie, Form, Request
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse, Response

from simulator.records import Shop
from simulator.shop import goods, pages
from simulator.shop.signing import Signer
from simulator.simulation import BaseUrl, SimulationOf

COOKIE: Final = "shop_customer"
HOME: Final = "/shop"
router = APIRouter(include_in_schema=False)


@router.post("/control/shop")
async def connect(shop: Shop, sim: SimulationOf) -> Shop:
    """Which widgets its pages carry from now on."""
    sim.world.save_shop(shop)
    return shop


@router.get("/shop/jwks.json")
async def keys(request: Request) -> dict[str, Any]:
    return _signer(request).key_set()


@router.get("/shop/token")
async def token(
    request: Request, base_url: BaseUrl, shop_customer: Annotated[str | None, Cookie()] = None
) -> Response:
    """For the page of whoever is signed in."""
    known = goods.customer(shop_customer)
    if known is None:
        return JSONResponse({"detail": "Nobody is signed in."}, status_code=401)
    claims = {"name": known.name, "email": known.email}
    made = _signer(request).token(base_url, known.customer_id, **claims)
    return JSONResponse({"token": made}, headers={"Cache-Control": "no-store"})


@router.post("/shop/sign-in")
async def sign_in(customer_id: Annotated[str, Form()], back: Annotated[str, Form()]) -> Response:
    answer = RedirectResponse(_within(back), status_code=303)
    answer.set_cookie(COOKIE, customer_id, httponly=True, samesite="lax")
    return answer


@router.post("/shop/sign-out")
async def sign_out(back: Annotated[str, Form()]) -> Response:
    answer = RedirectResponse(_within(back), status_code=303)
    answer.delete_cookie(COOKIE)
    return answer


@router.get("/shop")
@router.get("/shop/{name:path}")
async def page(
    request: Request,
    sim: SimulationOf,
    name: str = "",
    shop_customer: Annotated[str | None, Cookie()] = None,
) -> Response:
    if not pages.is_page(name):
        return Response("There is no such page in this shop.", status_code=404)
    query = f"?{request.url.query}" if request.url.query else ""
    shop = sim.world.shop
    shown = pages.page(name, request.url.path + query, shop, goods.customer(shop_customer))
    headers = {"Content-Security-Policy": pages.policy_of(shop), "Cache-Control": "no-store"}
    return HTMLResponse(shown, headers=headers)


def _signer(request: Request) -> Signer:
    signer: Signer = request.app.state.shop_signer
    return signer


def _within(address: str) -> str:
    """Nobody is sent elsewhere."""
    return address if address.startswith(HOME) and "\\" not in address else HOME
