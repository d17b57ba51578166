/** A command of `finetune`: takes the arguments after its name and answers with the exit code. */
export type Command = (args: string[]) => Promise<number>;

/** Commands that another package brings: finetune-ts-notebook exports one of these as `finetune-ts-notebook/cli`. */
export interface CommandPackage {
  commands: Readonly<Record<string, Command>>;
  /** What `finetune --help` says of them. */
  help: string;
  /** What `finetune doctor` says of the package: a name and a value a line. */
  describe: () => Promise<[name: string, value: string][]>;
}
