/**
 * Runs in the browser, in the playground's page: the access token of the last sign-in goes with every later request of
 * this browser tab, so that the samples after "SignIn" work without pasting. A header typed into the page wins.
 */
{
  const key = 'agora-access-token';
  const send = globalThis.fetch.bind(globalThis);

  const isLive = (token) => {
    const claims = JSON.parse(atob(token.split('.')[1].replaceAll('-', '+').replaceAll('_', '/')));
    return claims.exp * 1000 > Date.now();
  };
  const tokenIn = (body) => Object.values(body?.data ?? {}).find((field) => field?.accessToken)?.accessToken;

  globalThis.fetch = async (url, init) => {
    const headers = new Headers(init?.headers);
    const token = sessionStorage.getItem(key);
    if (token && isLive(token) && !headers.has('authorization')) headers.set('authorization', `Bearer ${token}`);
    const response = await send(url, { ...init, headers });
    if (response.status === 401) sessionStorage.removeItem(key);
    const body = await response
      .clone()
      .json()
      .catch(() => undefined);
    const signedIn = tokenIn(body);
    if (signedIn) sessionStorage.setItem(key, signedIn);
    return response;
  };
}
