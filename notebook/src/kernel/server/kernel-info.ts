import { readFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";
import { PROTOCOL_VERSION } from "../protocol/wire";

/** What this kernel says of itself: the content of `kernel_info_reply`. */
export function kernelInfo(): Record<string, unknown> {
  return {
    status: "ok",
    protocol_version: PROTOCOL_VERSION,
    implementation: "finetune-ts",
    implementation_version: packageVersion(),
    language_info: {
      name: "typescript",
      version: ts.version,
      mimetype: "text/typescript",
      file_extension: ".ts",
      pygments_lexer: "typescript",
      // JupyterLab takes the mode, the classic notebook the name with its flag.
      codemirror_mode: { mode: "typescript", name: "javascript", typescript: true },
    },
    banner: `TypeScript ${ts.version} (finetune-ts ${packageVersion()}, Node.js ${process.version})`,
    help_links: [
      { text: "TypeScript", url: "https://www.typescriptlang.org/docs/" },
      { text: "Node.js", url: "https://nodejs.org/api/" },
    ],
    debugger: false,
  };
}

function packageVersion(): string {
  const file = join(__dirname, "..", "..", "..", "package.json");
  return (JSON.parse(readFileSync(file, "utf8")) as { version: string }).version;
}
