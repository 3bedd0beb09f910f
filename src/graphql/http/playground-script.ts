/**
 * What the playground's page does before GraphiQL starts: it takes the token out of the address (`#token=…`, which
 * browsers send to nobody), keeps it for this tab alone, and puts it on every request. Plain JavaScript for browsers.
 */
export const PLAYGROUND_SCRIPT = `
(() => {
  const STORAGE_KEY = 'orrery-token';
  const fragment = new URLSearchParams(location.hash.slice(1));
  if (fragment.has('token')) {
    sessionStorage.setItem(STORAGE_KEY, fragment.get('token'));
    history.replaceState(null, '', location.pathname + location.search);
  }
  const token = () => sessionStorage.getItem(STORAGE_KEY) ?? '';
  const form = document.getElementById('orrery-token');
  form.hidden = token() !== '';
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    sessionStorage.setItem(STORAGE_KEY, form.elements.token.value.trim());
    location.reload();
  });

  const send = window.fetch.bind(window);
  window.fetch = async (input, init = {}) => {
    const url = new URL(typeof input === 'string' ? input : input.url, location.href);
    if (url.origin !== location.origin || url.pathname !== '/graphql') return send(input, init);
    const headers = new Headers(init.headers ?? (input instanceof Request ? input.headers : undefined));
    if (!headers.has('authorization')) headers.set('authorization', 'Bearer ' + token());
    const response = await send(input, { ...init, headers });
    if (response.status === 401) form.hidden = false;
    return response;
  };

  window.orreryPlayground = (options) => ({
    ...options,
    connectionParams: () => ({ authorization: 'Bearer ' + token() }),
  });
})();
`;

/** Asks for the token where there is none, or a wrong one. */
export const TOKEN_FORM = `
<form id="orrery-token" hidden>
  <label>This server wants a bearer token: the content of <code>token</code> in its data directory.
    <input name="token" type="password" autocomplete="off" required>
  </label>
  <button>Use it</button>
</form>
<style>
  #orrery-token { position: fixed; inset: auto 1rem 1rem; z-index: 10; padding: 1rem; border-radius: .5rem;
    background: #1f2430; color: #fff; font: 15px sans-serif; box-shadow: 0 2px 12px #0006; }
  #orrery-token[hidden] { display: none; }
</style>
`;
