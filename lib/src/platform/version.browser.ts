/** Put in place by the bundler: package.json's. */
declare const LIBRARY_VERSION: string;

/** Of this library. */
export const libraryVersion = (): string => LIBRARY_VERSION;
