/** How cells write figures. */

/** With thousands separators: 67,349. */
export const count = (value: number): string => value.toLocaleString("en-US");

/** A share as 91.6 %. */
export const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;
