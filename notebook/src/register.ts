import { addDefaultCallback, setProgressReporter } from "finetune-ts";
import { notebookProgress } from "./progress";
import { TrainingTable } from "./training-table";
import { insideNotebook } from "./display-channel";

/**
 * Draws progress and training in the cell from now on, if this runs in a notebook; elsewhere nothing changes.
 *
 * @example
 * registerNotebook(); // progress bars and the training table in cells; importing the package has done so already
 */
export function registerNotebook(): void {
  if (!insideNotebook()) return;
  setProgressReporter(notebookProgress);
  addDefaultCallback(() => new TrainingTable());
}

registerNotebook();
