/** What nobody may read who is not meant to, as the last words of a property's name. */
const secrets = [
  ...['password', 'passwd', 'pwd', 'passphrase', 'password hash', 'password salt', 'hashed password'],
  ...[
    'secret',
    'token',
    'jwt',
    'api key',
    'apikey',
    'private key',
    'secret key',
    'access key',
    'encryption key',
  ],
  ...['credentials', 'authorization', 'cookie', 'otp', 'totp', 'backup codes', 'recovery codes'],
  ...[
    'credit card',
    'credit card number',
    'card number',
    'cvv',
    'cvc',
    'ssn',
    'social security number',
    'iban',
  ],
];

/** What says who somebody is, and is needed for nearly every mail. */
const personal = [
  ...['email', 'email address', 'phone', 'phone number', 'first name', 'last name', 'full name', 'surname'],
  ...['birthday', 'birth date', 'date of birth', 'street', 'postal address', 'ip address', 'passport number'],
];

/** Words before a token that opens nothing: places in a list, one-way names of requests, addresses of devices. */
const harmless = new Set([
  ...['next', 'page', 'prev', 'previous', 'continuation', 'cursor', 'pagination', 'sync', 'delta', 'resume'],
  ...[
    'idempotency',
    'request',
    'client',
    'dedup',
    'deduplication',
    'receipt',
    'task',
    'correlation',
    'cancel',
  ],
  ...['device', 'push', 'fcm', 'apns', 'expo', 'registration', 'csrf', 'xsrf', 'cancellation', 'design'],
  ...['stop', 'start', 'end', 'eos', 'bos', 'max', 'min', 'native', 'quote', 'base', 'erc20', 'pool', 'lp'],
]);
/** Words that say that the secret itself is not in there. */
const covered = new Set([
  ...['encrypted', 'hashed', 'masked', 'redacted', 'sealed', 'public', 'no', 'has', 'is', 'with', 'without'],
]);

/** Told of a property's name: may it be handed to a queue? */
export class Sensitive {
  readonly #phrases: readonly (readonly string[])[];
  readonly #allowed: ReadonlySet<string>;

  /**
   * @param names further names, as properties are called.
   * @param allow names that are fine.
   * @param isPersonal whether what says who somebody is counts, too.
   */
  constructor(names: readonly string[], allow: readonly string[], isPersonal: boolean) {
    this.#phrases = [...secrets, ...(isPersonal ? personal : []), ...names].map(wordsOf);
    this.#allowed = new Set(allow.map((each) => wordsOf(each).join(' ')));
  }

  names(key: string): boolean {
    const words = wordsOf(key);
    if (words.length === 0 || this.#allowed.has(words.join(' '))) return false;
    const phrase = this.#longestAtEnd(words);
    if (!phrase) return false;
    const before = words.slice(0, words.length - phrase.length);
    if (before.some((word) => covered.has(word))) return false;
    return !(phrase.at(-1) === 'token' && before.some((word) => harmless.has(word)));
  }

  #longestAtEnd(words: readonly string[]): readonly string[] | undefined {
    return this.#phrases
      .filter((phrase) => phrase.every((word, index) => words[words.length - phrase.length + index] === word))
      .reduce<readonly string[] | undefined>(
        (longest, each) => (longest && longest.length >= each.length ? longest : each),
        undefined,
      );
  }
}

/** `userAPIKey` and `user_api_key` are `user api key`. */
function wordsOf(key: string): readonly string[] {
  return key
    .replace(/(?<=[a-z\d])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])/g, ' ')
    .split(/[^A-Za-z\d]+/)
    .filter((word) => word !== '')
    .map((word) => word.toLowerCase());
}
