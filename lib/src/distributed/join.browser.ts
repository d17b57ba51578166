import { ALONE, type ProcessGroup } from "./process-group";

/** A page trains alone. */
export const joinProcessGroup = (): Promise<ProcessGroup> => Promise.resolve(ALONE);
