/** Whether an address holds a user name or password: `https://me:secret@host/`. */
export const hasCredentials = (address: string): boolean => /^[a-z][a-z0-9+.-]*:\/\/[^/?#]*@/i.test(address);

/**
 * An address as messages may show it: without a login, and without its query, which may hold a signature or a token. Other texts,
 * such as paths, stay as they are.
 */
export function withoutCredentials(address: string): string {
  if (!/^[a-z][a-z0-9+.-]*:\/\//i.test(address)) return address;
  return address.replace(/^([^:]*:\/\/)[^/?#]*@/, "$1\u2026@").replace(/[?#].*$/s, "?\u2026");
}

/** The header that says the login in an address. @see RFC 7617 */
export function basicLogin({ username, password }: URL): string | undefined {
  if (username === "" && password === "") return undefined;
  const login = [username, password].map(decoded).join(":");
  return `Basic ${Buffer.from(login).toString("base64")}`;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text; // a % of the password's own
  }
}
