/** The error of everything that the library does. What `code` may be is in index.d.ts. */
export class MusicError extends Error {
  /** @param {{code: string, message: string, subject?: string | null, remedy?: string | null}} failure */
  constructor({ code, message, subject, remedy }, options) {
    super(message, options);
    this.name = 'MusicError';
    this.code = code;
    this.subject = subject ?? undefined;
    this.remedy = remedy ?? undefined;
  }
}

/** Turns what the browser threw into a MusicError about `subject`; `remedy` helps where it refuses. */
export function fromBrowser(thrown, subject, remedy) {
  if (thrown instanceof MusicError) return thrown;
  const codes = {
    NotAllowedError: 'permission-denied',
    SecurityError: 'permission-denied',
    NotFoundError: 'not-found',
    NotReadableError: 'permission-denied',
    QuotaExceededError: 'quota-exceeded',
    AbortError: 'cancelled',
    DataCloneError: 'invalid-input',
  };
  const code = codes[thrown?.name] ?? 'other';
  const message = `${subject}: ${thrown?.message || thrown}`;
  const helps = code === 'permission-denied' ? remedy : undefined;
  return new MusicError({ code, message, subject, remedy: helps }, { cause: thrown });
}
