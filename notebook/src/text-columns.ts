const DEFAULT = 80;
/** Narrower than this nothing is readable any more. */
const NARROWEST = 20;

/**
 * How many characters a line of the text form may have: what the runner of the notebook says (`FINETUNE_COLUMNS`), else what the shell
 * says (`COLUMNS`), else the terminal's own width, else 80.
 */
export function textColumns(): number {
  const said = Number(process.env.FINETUNE_COLUMNS ?? process.env.COLUMNS);
  const columns = Number.isInteger(said) && said > 0 ? said : (process.stdout.columns ?? DEFAULT);
  return Math.max(columns, NARROWEST);
}
