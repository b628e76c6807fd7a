/* Words for what went wrong: ours where we know the code, else the server's. */

/**
 * @param {{code: string, detail: string | null}} trouble
 * @param {import('./app.js').View} view
 */
export function troubleText(trouble, { t }) {
  const key = `trouble.${trouble.code}`;
  const ours = t(key);

  return ours === key ? trouble.detail ?? t('trouble.unexpected') : ours;
}
