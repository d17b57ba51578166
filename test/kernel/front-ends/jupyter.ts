import { execFileSync, spawn } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join, resolve } from "node:path";
import type { TestContext } from "node:test";
import type { Browser, Page } from "playwright-core";
import { browserProgram, launchBrowser } from "../../browser";
import { tearDown } from "../../teardown";
import { installKernelspec } from "../../../notebook/src/kernel/kernelspec";

export const ROOT = resolve(__dirname, "../../..");

/** A program of a Python environment with Jupyter: the one in FINETUNE_JUPYTER, or on PATH. */
export function jupyterProgram(name: string): string | undefined {
  const { FINETUNE_JUPYTER, PATH = "" } = process.env;
  const folders = [...(FINETUNE_JUPYTER ? [join(FINETUNE_JUPYTER, "bin")] : []), ...PATH.split(delimiter)];
  return folders.map((folder) => join(folder, name)).find((file) => existsSync(file));
}

/** Why a check with these programs is skipped; false when it is not. */
export function skipWithout(...programs: string[]): string | false {
  const missing = programs.find((name) =>
    name === "chromium" ? browserProgram() === undefined : jupyterProgram(name) === undefined,
  );
  if (missing === undefined) return false;
  return `no ${missing} here; FINETUNE_JUPYTER names a Python environment with Jupyter, apt-get brings chromium`;
}

export interface Workplace {
  folder: string;
  /** For everything that starts Jupyter: it finds this kernel, and writes nothing into the user's folders. */
  env: NodeJS.ProcessEnv;
}

/** A folder with the kernelspec of this repository's kernel, gone after the test. */
export function workplace(t: TestContext): Workplace {
  const folder = mkdtempSync(join(tmpdir(), "finetune-jupyter-"));
  tearDown(t, () => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));
  installKernelspec(join(ROOT, "lib", "bin", "finetune.js"), { prefix: folder });
  const env = {
    ...process.env,
    HOME: folder,
    JUPYTER_PATH: join(folder, "share", "jupyter"),
    JUPYTER_DATA_DIR: join(folder, "data"),
    JUPYTER_CONFIG_DIR: join(folder, "config"),
    JUPYTER_RUNTIME_DIR: join(folder, "runtime"),
    FINETUNE_HISTORY: "off",
  };
  return { folder, env };
}

/** Writes a notebook of code cells. */
export function writeCells(file: string, cells: string[]): void {
  const notebook = {
    nbformat: 4,
    nbformat_minor: 5,
    metadata: {
      kernelspec: { name: "finetune-ts", display_name: "TypeScript (finetune-ts)", language: "typescript" },
    },
    cells: cells.map((source, at) => ({
      cell_type: "code",
      id: `cell-${at}`,
      metadata: {},
      source,
      execution_count: null,
      outputs: [],
    })),
  };
  writeFileSync(file, JSON.stringify(notebook));
}

/** Starts a Jupyter server and waits for its address. */
export async function startServer(
  t: TestContext,
  program: string,
  { folder, env }: Workplace,
): Promise<string> {
  const token = "front-end-test";
  const server = spawn(
    jupyterProgram(program)!,
    [
      "--no-browser",
      "--allow-root",
      "--ip=127.0.0.1",
      "--ServerApp.port=0",
      `--IdentityProvider.token=${token}`,
      `--ServerApp.root_dir=${folder}`,
      "--LabApp.expose_app_in_browser=True",
      "--JupyterNotebookApp.expose_app_in_browser=True",
      "--LabApp.news_url=None",
    ],
    { cwd: folder, env, stdio: ["ignore", "pipe", "pipe"], detached: true },
  );
  const ended = new Promise((resolve) => server.once("close", resolve));
  tearDown(t, async () => {
    // Asked kindly, it ends its kernels.
    server.kill("SIGTERM");
    await Promise.race([ended, new Promise((resolve) => setTimeout(resolve, 5000).unref())]);
    try {
      process.kill(-server.pid!, "SIGKILL");
    } catch {
      // It is gone.
    }
  });
  let said = "";
  return new Promise((resolve, reject) => {
    const listen = (data: Buffer) => {
      said += data.toString();
      const port = /http:\/\/127\.0\.0\.1:(\d+)\//.exec(said)?.[1];
      if (port !== undefined) resolve(`http://127.0.0.1:${port}`);
    };
    server.stdout.on("data", listen);
    server.stderr.on("data", listen);
    server.once("error", reject);
    void ended.then(() => reject(new Error(`${program} ended:\n${said}`)));
    setTimeout(() => reject(new Error(`${program} gave no address:\n${said}`)), 60_000).unref();
  });
}

export interface Visit {
  page: Page;
  /** Addresses outside of this machine that the page asked for. */
  strangers: string[];
}

export async function openBrowser(t: TestContext): Promise<Browser> {
  const browser = await launchBrowser();
  tearDown(t, () => browser.close());
  return browser;
}

export async function visit(browser: Browser, address: string): Promise<Visit> {
  const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
  // Other tests run beside this one.
  page.setDefaultTimeout(90_000);
  const strangers: string[] = [];
  page.on("request", (request) => {
    const { protocol, hostname } = new URL(request.url());
    if (/^(http|ws)/.test(protocol) && hostname !== "127.0.0.1") strangers.push(request.url());
  });
  await page.goto(`${address}${address.includes("?") ? "&" : "?"}token=front-end-test`);
  return { page, strangers };
}

/** Runs a Python script of this folder in the environment that has Jupyter. */
export function runPython(script: string, { env }: Workplace): string {
  const python = join(dirname(jupyterProgram("jupyter")!), "python3");
  return execFileSync(python, [join(__dirname, script)], {
    env,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "pipe"],
    // While it runs, the test's own time-out cannot.
    timeout: 170_000,
  });
}
