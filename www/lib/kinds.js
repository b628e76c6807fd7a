/*
 * The kinds of channels: which credentials a form asks for, and how many steps
 * lead to them (their words are `steps.{kind}_{n}`).
 */

/** @typedef {{name: string, optional?: boolean}} Credential */

/** @type {Record<string, {credentials: Credential[], steps: number}>} */
export const KINDS = {
  telegram: { steps: 3,
    credentials: [{ name: 'token' }, { name: 'secret', optional: true }] },
  viber: { steps: 3, credentials: [{ name: 'token' }] },
  facebook: { steps: 4, credentials: [{ name: 'account_id' },
    { name: 'access_token' }, { name: 'app_secret' },
    { name: 'verify_token' }] },
  instagram: { steps: 4, credentials: [{ name: 'account_id' },
    { name: 'access_token' }, { name: 'app_secret' },
    { name: 'verify_token' }] },
  whatsapp: { steps: 4, credentials: [{ name: 'phone_number_id' },
    { name: 'access_token' }, { name: 'app_secret' },
    { name: 'verify_token' }] },
  vk: { steps: 2, credentials: [{ name: 'access_token' },
    { name: 'community_id', optional: true },
    { name: 'confirmation', optional: true },
    { name: 'secret', optional: true }] },
  webhook: { steps: 3, credentials: [{ name: 'send_url' },
    { name: 'secret', optional: true }] },
  site: { steps: 2,
    credentials: [{ name: 'identity_secret', optional: true }] },
};
