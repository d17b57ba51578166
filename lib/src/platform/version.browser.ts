/** Put in place by the bundler: package.json's. */
declare const LIBRARY_VERSION: string;

/** What the library runs on. */
export const runtimeName = (): string => navigator.userAgent;

/** Of this library. */
export const libraryVersion = (): string => LIBRARY_VERSION;
