/** The link an agent gave: its token leaves the address at once, so that no page or log learns it. */

const PARAMETER = 'holdfast_reconnect';

/** The token, taken out of the address of the page; null when there is none. */
export function takeToken() {
  const url = new URL(location.href);
  const token = url.searchParams.get(PARAMETER);
  if (token === null) return null;
  url.searchParams.delete(PARAMETER);
  history.replaceState(history.state, '', url);
  return token;
}

/** Only to the web: a redirect is a setting, and settings are data. */
export function leaveTo(address) {
  const url = new URL(address, location.href);
  if (url.protocol === 'https:' || url.protocol === 'http:') location.assign(url.href);
}
