/* Canned replies: what is written again and again. */

import { html } from '../../lib/html.js';
import { slug } from '../../lib/slug.js';
import { Field, Form, GroupChoice } from './form.js';
import { Records } from './records.js';


export function CannedReplies(props) {
  const { state, view } = props;

  return html`<${Records} page="canned" item=${state.route.item}
    records=${state.directory.canned} view=${view}
    draw=${(one) => html`<strong dir="auto">
      /${one.shortcut}</strong>
      <span class="muted records__text" dir="auto">${one.text}</span>`}
    form=${(reply) => html`<${Reply} ...${props}
      key=${reply?.id} reply=${reply} />`} />`;
}


function Reply({ reply, state, view, wishes }) {
  const { t } = view;
  const { settings, directory } = state;

  const submit = async (data) => {
    const shortcut = String(data.get('shortcut')).replace(/^\/+/, '').trim();
    const id = reply?.id ?? slug(shortcut,
      directory.canned.map((one) => one.id), 'reply');

    if (await wishes.save('canned', id, { shortcut, text: data.get('text'),
      group: data.get('group') || null }) && reply === null) {
      wishes.goTo('canned', null);
    }
  };

  return html`<${Form} settings=${settings} view=${view} onSubmit=${submit}
    create=${reply === null} onDelete=${reply
    && (() => wishes.remove('canned', reply.id))}>
    <${Field} name="shortcut" label=${t('canned.shortcut')} required
      maxlength="40" pattern="\\S+" defaultValue=${reply?.shortcut}
      hint=${t('canned.shortcut_hint')} errors=${settings.errors} />
    <${Field} name="text" area label=${t('canned.text')} required rows="5"
      maxlength="4000" dir="auto" defaultValue=${reply?.text}
      errors=${settings.errors} />
    <${GroupChoice} groups=${directory.groups} value=${reply?.group}
      view=${view} />
  <//>`;
}
