import { randomBytes } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type AddressInfo, type ListenOptions, type Server } from "node:net";
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

/**
 * Writes a connection with a fresh key into a temporary folder of its own.
 *
 * The channels are sockets in that folder (`ipc`), where it can hold some: nobody else can take or reach them. Elsewhere (Windows, paths
 * of more than about 100 characters) they are five free ports, which another program may take before the kernel has started.
 */
export async function createConnectionFile(
  kernelName: string,
  transport?: "ipc" | "tcp",
): Promise<ConnectionFile> {
  const folder = temporaryFolder();
  const sockets = join(folder, "kernel");
  transport ??= (await canListen(`${sockets}-0`)) ? "ipc" : "tcp";
  const [shell = 1, iopub = 2, stdin = 3, control = 4, hb = 5] =
    transport === "tcp" ? await freePorts(5) : [];
  const info: ConnectionInfo = {
    transport,
    ip: transport === "tcp" ? "127.0.0.1" : sockets,
    shell_port: shell,
    iopub_port: iopub,
    stdin_port: stdin,
    control_port: control,
    hb_port: hb,
    key: randomBytes(32).toString("hex"),
    signature_scheme: "hmac-sha256",
    kernel_name: kernelName,
  };
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

/** Ports that the system just gave out; all are held until the last is known, so that no two are equal. */
async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(
    Array.from({ length: count }, () => listen({ port: 0, host: "127.0.0.1" })),
  );
  const ports = servers.map((server) => (server.address() as AddressInfo).port);
  await Promise.all(servers.map(close));
  return ports;
}

/** Bytes of a socket's path, one for its end included: 104 on macOS, 108 on Linux. libuv cuts a longer one off without a word. */
const SOCKET_PATH = 104;

/** Whether the system and the file system allow a socket there. */
async function canListen(path: string): Promise<boolean> {
  if (Buffer.byteLength(path) >= SOCKET_PATH) return false;
  try {
    await close(await listen({ path }));
    return true;
  } catch {
    return false;
  }
}

function listen(where: ListenOptions): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(where, () => resolve(server));
  });
}

const close = (server: Server) => new Promise((resolve) => server.close(resolve));
