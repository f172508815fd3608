// What a shop adds to its page: its word for who is signed in, and a little of what it knows.

const isSignedIn = document.querySelector('#who form') !== null;

async function identityToken() {
  const answer = await fetch('/shop/token');
  return (await answer.json()).token;
}

if (window.Holdfast) {
  window.Holdfast.setContext({ shop: 'Harbour Goods', page: document.title });
  if (isSignedIn) window.Holdfast.authenticate(identityToken);
  document.querySelector('form[action="/shop/sign-out"]')?.addEventListener('submit', () => window.Holdfast.signOut());
}
