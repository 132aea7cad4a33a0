/**
 * Runs in the browser, in the playground's page, and remembers for this browser tab what later samples need of earlier
 * answers, so that nothing has to be pasted: the access token of the last sign-in, guest session or refresh goes with
 * every later request (a header typed into the page wins), and the id of the last order placed fills a variable `$order`
 * that was left out.
 */
{
  const tokenKey = 'agora-access-token';
  const orderKey = 'agora-last-order';
  const send = globalThis.fetch.bind(globalThis);

  const isLive = (token) => {
    const claims = JSON.parse(atob(token.split('.')[1].replaceAll('-', '+').replaceAll('_', '/')));
    return claims.exp * 1000 > Date.now();
  };

  const withToken = (init) => {
    const headers = new Headers(init?.headers);
    const token = sessionStorage.getItem(tokenKey);
    if (token && isLive(token) && !headers.has('authorization')) headers.set('authorization', `Bearer ${token}`);
    return { ...init, headers };
  };

  const withOrder = (init) => {
    const order = sessionStorage.getItem(orderKey);
    if (!order || typeof init?.body !== 'string') return init;
    const { variables, ...request } = JSON.parse(init.body);
    return { ...init, body: JSON.stringify({ ...request, variables: { order, ...variables } }) };
  };

  const remember = (fields) => {
    for (const field of fields) {
      const token = field?.accessToken ?? field?.tokens?.accessToken;
      if (token) sessionStorage.setItem(tokenKey, token);
      // Else it would go with the next sign-in, which would be refused for it.
      if (field?.__typename === 'SignOutSuccess') sessionStorage.removeItem(tokenKey);
      if (field?.__typename === 'PlaceOrderSuccess' && field.order?.id)
        sessionStorage.setItem(orderKey, field.order.id);
    }
  };

  globalThis.fetch = async (url, init) => {
    const response = await send(url, withToken(withOrder(init)));
    if (response.status === 401) sessionStorage.removeItem(tokenKey);
    // A stream ends when its order is final: to wait for its body would keep every change from the page until then.
    if (response.headers.get('content-type')?.includes('json')) {
      const body = await response
        .clone()
        .json()
        .catch(() => undefined);
      remember(Object.values(body?.data ?? {}));
    }
    return response;
  };
}
