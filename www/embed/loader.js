/*
 * <script src=".../embed/loader.js" data-channel="site" async></script>
 *
 * A button; its first press loads the conversation into a frame of ours.
 * Pasted twice, the second does nothing.  More in docs/channels/site.md.
 */
(() => {
  const script = /** @type {any} */ (document.currentScript);
  const host = /** @type {any} */ (window);
  const { channel, side, color, label, ...user } = script.dataset;

  if (!channel || host.ngxInbox) {
    return;
  }

  const url = new URL(`../widget/${channel}/frame`, script.src);
  const title = label || (/^(uk|ru)/.test(document.documentElement.lang)
    ? 'Чат' : 'Chat');
  const edge = side === 'left' ? 'left' : 'right';
  const button = document.createElement('button');
  const count = document.createElement('span');
  const view = /** @type {any} */ (host.visualViewport);
  /** @type {any} */
  let frame;
  let shown = false;
  let greeted = false;

  /* narrower than this, the frame takes the whole screen */
  const WIDE = '(100vw - 480px)*999';
  const BOX = `all:revert;position:fixed;z-index:2147483000;border:0;padding:0;
    box-shadow:0 2px 16px #0006;`;
  const BUTTON = `${BOX}${edge}:20px;bottom:20px;height:56px;width:56px;
    border-radius:50%;background:${color || '#0b6e5f'};cursor:pointer;`;
  const COUNT = `position:absolute;top:-4px;right:-4px;padding:0 6px;
    border-radius:10px;background:#b3261e;color:#fff;
    font:bold 12px/20px sans-serif;`;
  const FRAME = `${BOX}${edge}:clamp(0px,${WIDE},20px);
    bottom:clamp(0px,${WIDE},88px);border-radius:clamp(0px,${WIDE},12px);
    width:min(100vw,max(380px,${WIDE}*-1));
    height:min(100dvh - clamp(0px,${WIDE},108px),max(600px,${WIDE}*-1));`;

  host.ngxInbox = { open: () => show(true), close, destroy };
  if (document.body) {
    start();

  } else {
    addEventListener('DOMContentLoaded', start);
  }


  function start() {
    dress(button, BUTTON);
    button.append(bubble(), count);
    tell(0);
    button.addEventListener('click', () => show(!shown));
    addEventListener('message', hear);
    view.addEventListener('resize', fit);
    document.body.append(button);
  }

  /* the page's own rules must not reach in: hence all, and important */
  function dress(node, css, yes = true) {
    node.style.cssText = `${css}display:${yes ? 'block' : 'none'};`
      .replace(/;/g, '!important;');
  }

  /* white with a dark edge: seen on every colour */
  function bubble() {
    const [svg, path] = ['svg', 'path'].map((name) =>
      document.createElementNS('http://www.w3.org/2000/svg', name));

    svg.setAttribute('viewBox', '-8 -8 40 40');
    path.setAttribute('fill', '#fff');
    path.setAttribute('stroke', '#000a');
    path.setAttribute('d', 'M2 3h20v14H11l-5 5v-5H2z');
    svg.append(path);
    return svg;
  }

  function close() {
    show(false);
    button.focus();
  }

  function show(yes) {
    if (yes && !frame) {
      frame = document.createElement('iframe');
      frame.title = title;
      frame.src = url.href;
      frame.addEventListener('load', greet);
      document.body.append(frame);
    }
    shown = yes;
    button.setAttribute('aria-expanded', `${yes}`);
    fit();
    say(yes ? 'shown' : 'hidden');
  }

  /* above a keyboard on the screen, which also makes the view smaller */
  function fit() {
    const { scale, height } = view;
    const covered = scale > 1 ? 0 : host.innerHeight - height;

    if (frame) {
      dress(frame, `${FRAME}margin-bottom:${covered}px;max-height:${
        host.innerHeight - covered}px;`, shown);
    }
  }

  function greet() {
    greeted = true;
    say('hello', { page: location.origin + location.pathname, user });
    show(shown);
  }

  function say(word, more = {}) {
    if (greeted) {
      frame.contentWindow.postMessage({ inbox: word, ...more }, url.origin);
    }
  }

  function hear({ source, origin, data }) {
    if (frame && source === frame.contentWindow && origin === url.origin) {
      if (data.inbox === 'close') {
        close();

      } else if (data.inbox === 'unread') {
        tell(data.count);
      }
    }
  }

  function tell(unread) {
    count.textContent = unread > 9 ? '9+' : `${unread}`;
    dress(count, COUNT, unread);
    button.setAttribute('aria-label', unread ? `${title} (${unread})` : title);
  }

  function destroy() {
    removeEventListener('DOMContentLoaded', start);
    removeEventListener('message', hear);
    view.removeEventListener('resize', fit);
    button.remove();
    frame?.remove();
    delete host.ngxInbox;
  }
})();
