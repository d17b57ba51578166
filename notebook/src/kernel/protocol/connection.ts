import { randomBytes, randomInt } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type AddressInfo, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ConfigError } from "finetune-ts";

/** What a Jupyter connection file holds. */
export interface ConnectionInfo {
  transport: string;
  ip: string;
  shell_port: number;
  iopub_port: number;
  stdin_port: number;
  control_port: number;
  hb_port: number;
  /** Key of the HMAC that signs every message. */
  key: string;
  signature_scheme: string;
  kernel_name: string;
}

export type Channel = "shell" | "iopub" | "stdin" | "control" | "hb";

/** The ZeroMQ address of a channel. */
export function channelAddress(info: ConnectionInfo, channel: Channel): string {
  const separator = info.transport === "ipc" ? "-" : ":";
  return `${info.transport}://${info.ip}${separator}${info[`${channel}_port`]}`;
}

/** @throws {@link ConfigError} when the file is missing or is no connection file */
export function readConnectionFile(file: string): ConnectionInfo {
  let info: Partial<ConnectionInfo>;
  try {
    info = JSON.parse(readFileSync(file, "utf8")) as Partial<ConnectionInfo>;
  } catch (cause) {
    throw new ConfigError(`cannot read the connection file ${file}: ${String(cause)}`, { cause });
  }
  const { transport = "tcp", ip = "127.0.0.1", key = "", signature_scheme = "hmac-sha256" } = info;
  if (signature_scheme !== "hmac-sha256") {
    throw new ConfigError(`${file}: signature scheme ${signature_scheme} is not known; use hmac-sha256`);
  }
  const port = (channel: Channel): number => {
    const value = info[`${channel}_port`];
    if (typeof value !== "number")
      throw new ConfigError(`${file}: no ${channel}_port; is it a connection file?`);
    return value;
  };
  return {
    transport,
    ip,
    key,
    signature_scheme,
    kernel_name: info.kernel_name ?? "",
    shell_port: port("shell"),
    iopub_port: port("iopub"),
    stdin_port: port("stdin"),
    control_port: port("control"),
    hb_port: port("hb"),
  };
}

/** A connection on this machine, in a file that only this user can read. */
export interface ConnectionFile {
  info: ConnectionInfo;
  path: string;
  /** Deletes the file and its folder. Safe to call more than once. */
  remove: () => void;
}

/** Chooses five free ports and a fresh key, and writes the connection file into a temporary folder. */
export async function createConnectionFile(kernelName: string): Promise<ConnectionFile> {
  const [shell = 0, iopub = 0, stdin = 0, control = 0, hb = 0] = await freePorts(5);
  const info: ConnectionInfo = {
    transport: "tcp",
    ip: "127.0.0.1",
    shell_port: shell,
    iopub_port: iopub,
    stdin_port: stdin,
    control_port: control,
    hb_port: hb,
    key: randomBytes(32).toString("hex"),
    signature_scheme: "hmac-sha256",
    kernel_name: kernelName,
  };
  const folder = temporaryFolder();
  const path = join(folder, "connection.json");
  writeFileSync(path, JSON.stringify(info, null, 2), { mode: 0o600 });
  return { info, path, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

function temporaryFolder(): string {
  try {
    return mkdtempSync(join(tmpdir(), "finetune-kernel-"));
  } catch (cause) {
    const { message } = cause as Error;
    throw new ConfigError(
      `no temporary folder can be made (${message}); set TMPDIR to a folder that can be written`,
      {
        cause,
      },
    );
  }
}

/**
 * Ports are chosen from here. What systems give out by themselves, to whoever connects somewhere, lies above (from 32,768 on Linux, 49,152
 * elsewhere): of those another program may have taken one before the kernel has started.
 */
const PORTS = { first: 20_000, behind: 32_000 } as const;
const TRIES = 50;

/** Ports that nobody listens at; all are held until the last is known, so that no two are equal. */
async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(Array.from({ length: count }, listen));
  const ports = servers.map((server) => (server.address() as AddressInfo).port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}

async function listen(): Promise<Server> {
  for (let tries = 0; tries < TRIES; tries++) {
    const server = await listenAt(randomInt(PORTS.first, PORTS.behind)).catch(() => undefined);
    if (server) return server;
  }
  return await listenAt(0);
}

function listenAt(port: number): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(port, "127.0.0.1", () => resolve(server));
  });
}
