/** `npm start`: set-up, then the notebook, executed in this terminal. Arguments go to `finetune run`. */
import { createRequire } from "node:module";
import { join } from "node:path";
import { asProgram, root, setUp } from "./setup.mjs";

await asProgram(async () => {
  await setUp();
  const { main } = createRequire(import.meta.url)("../lib/dist/cli/main.js");
  return main(["run", join(root, "notebooks", "fine-tune-bert-sst2.ipynb"), ...process.argv.slice(2)]);
});
