/* What a program can check about our JavaScript, a program checks. */

const BROWSER = [
  'AbortController', 'AbortSignal', 'AudioContext', 'Event', 'FormData',
  'HTMLElement', 'IntersectionObserver', 'Intl', 'Notification',
  'TextEncoder', 'XMLHttpRequest', 'cancelAnimationFrame', 'dispatchEvent',
  'ResizeObserver', 'URL', 'URLSearchParams', 'addEventListener',
  'clearTimeout', 'console', 'crypto', 'document', 'fetch', 'history',
  'localStorage', 'location', 'matchMedia', 'navigator', 'performance',
  'queueMicrotask', 'removeEventListener', 'requestAnimationFrame',
  'setInterval', 'setTimeout',
  'window',
];

const NODE = [...BROWSER, 'Buffer', 'ClipboardEvent', 'DataTransfer', 'File',
  'OscillatorNode', 'Response', 'globalThis', 'process'];

const RULES = {
  'no-undef': 'error',
  'no-unused-vars': ['error', { args: 'after-used' }],
  'no-shadow': 'error',
  'no-var': 'error',
  'prefer-const': 'error',
  'no-implicit-globals': 'error',
  'no-fallthrough': 'error',
  'no-unreachable': 'error',
  'no-dupe-keys': 'error',
  'no-self-compare': 'error',
  'no-cond-assign': 'error',
  'no-async-promise-executor': 'error',
  'no-promise-executor-return': 'error',
  'no-eval': 'error',
  'no-implied-eval': 'error',
  'no-new-func': 'error',
  'no-script-url': 'error',
  'no-warning-comments': 'error',
  'array-callback-return': 'error',
  'require-atomic-updates': 'off',
  curly: 'error',
  eqeqeq: 'error',
  complexity: ['error', 14],
  'max-depth': ['error', 3],
  'max-params': ['error', 5],
  'max-lines': ['error', 350],
  'max-lines-per-function': ['error', { max: 60, skipComments: true }],
  'max-len': ['error', { code: 80 }],
  'no-restricted-properties': ['error',
    { property: 'innerHTML', message: 'people\'s text enters as text' },
    { property: 'outerHTML', message: 'people\'s text enters as text' },
    { property: 'insertAdjacentHTML', message: 'enters as text' },
    { property: 'dangerouslySetInnerHTML', message: 'enters as text' },
    { object: 'document', property: 'write', message: 'enters as text' }],
};

const named = (names) =>
  Object.fromEntries(names.map((name) => [name, 'readonly']));

export default [
  { ignores: ['www/vendor/'] },
  {
    files: ['www/**/*.js'],
    languageOptions: { globals: named(BROWSER) },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: RULES,
  },
  {
    /* pasted by others: one function, and no module */
    files: ['www/embed/loader.js'],
    languageOptions: { sourceType: 'script' },
    rules: { 'max-lines': ['error', 150], 'max-lines-per-function': 'off' },
  },
  {
    files: ['www/*.mjs', 't/www/*.mjs', '*.config.js'],
    languageOptions: { globals: named(NODE) },
    rules: { ...RULES, 'max-lines-per-function': 'off',
      'no-script-url': 'off' },
  },
];
