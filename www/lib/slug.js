/* Ids that people need not invent: made of the name, in Latin letters. */

/** @type {Record<string, string>} */
const LATIN = {
  а: 'a', б: 'b', в: 'v', г: 'h', ґ: 'g', д: 'd', е: 'e', є: 'ie', ж: 'zh',
  з: 'z', и: 'y', і: 'i', ї: 'i', й: 'i', к: 'k', л: 'l', м: 'm', н: 'n',
  о: 'o', п: 'p', р: 'r', с: 's', т: 't', у: 'u', ф: 'f', х: 'kh', ц: 'ts',
  ч: 'ch', ш: 'sh', щ: 'shch', ю: 'iu', я: 'ia', ё: 'io', ы: 'y', э: 'e',
};
const LONGEST = 24;


/**
 * An id of `[a-z0-9-]` that is not taken.
 *
 * @param {string} name
 * @param {string[]} taken
 * @param {string} noun when the name has no letter that we can write
 */
export function slug(name, taken, noun) {
  const plain = name.toLowerCase().normalize('NFC')
    .replace(/[а-яґєіїё]/g, (letter) => LATIN[letter] ?? '')
    .normalize('NFD').replace(/\p{M}/gu, '').replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+/, '').slice(0, LONGEST).replace(/-+$/, '') || noun;
  let id = plain;

  for (let n = 2; taken.includes(id) || id === 'root'; n += 1) {
    id = `${plain}-${n}`;
  }
  return id;
}
