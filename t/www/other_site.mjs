/*
 * Another site: its pages carry the widget under the policy that the
 * documentation asks for.
 */

import { createServer } from 'node:http';


/**
 * `page` gives the address of a page that carries the widget of a channel,
 * `channel` makes one; `world` is whose.
 */
export async function served(inbox) {
  const { origin } = new URL(inbox);
  const server = createServer(({ url }, response) => {
    const { searchParams: query } = new URL(url, 'http://site');
    const data = Object.entries(JSON.parse(query.get('data') ?? '{}'))
      .map(([name, value]) => ` ${name}="${value}"`).join('');

    response.setHeader('Content-Type', 'text/html; charset=utf-8');
    if (query.has('csp')) {
      response.setHeader('Content-Security-Policy', `default-src 'none'; ${
        ''}script-src ${origin}; frame-src ${origin}; base-uri 'none'`);
    }
    response.end(`<!doctype html><html lang="uk"><head><title>Site</title>
      <meta name="viewport" content="width=device-width"><script async src="${
      inbox}embed/loader.js" data-channel="${query.get('channel')}"${data}>
      </script></head><body><main><h1>Site</h1></main></body></html>`);
  });
  let made = 0;

  await new Promise((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const base = `http://127.0.0.1:${server.address().port}/`;

  return {
    page: (channel, { data = {}, csp = false } = {}) => `${base}?${
      new URLSearchParams({ channel, data: JSON.stringify(data),
        ...(csp && { csp: '1' }) })}`,

    async channel(settings = {}) {
      const id = `site-${made += 1}`;

      await this.world.api('PUT', `channels/${id}`, { kind: 'site', title: id,
        group: 'support', settings: { locale: 'uk',
          origins: [base.slice(0, -1)], ...settings } });
      return id;
    },

    close() {
      server.closeAllConnections();
      return new Promise((resolve) => {
        server.close(resolve);
      });
    },
  };
}
