import { createHmac, randomUUID, timingSafeEqual } from "node:crypto";
import { FinetuneError } from "finetune-ts";

/** A message that does not follow the protocol or was not signed with our key. */
export class WireError extends FinetuneError {}

export interface MessageHeader {
  msg_id: string;
  msg_type: string;
  session: string;
  username: string;
  /** ISO 8601 */
  date: string;
  version: string;
}

/** One Jupyter message, between its ZeroMQ routing prefix and its binary tail. */
export interface Message {
  /** ZeroMQ routing ids; empty on the client's side. */
  identities: Buffer[];
  header: MessageHeader;
  /** Header of the message that this one answers; `{}` when it answers none. */
  parent: Partial<MessageHeader>;
  metadata: Record<string, unknown>;
  content: Record<string, unknown>;
  buffers: Buffer[];
}

/** Ends the routing prefix of every message. */
const DELIMITER = Buffer.from("<IDS|MSG>");

export const PROTOCOL_VERSION = "5.3";

/** The line that front ends send for Ctrl-D. */
export const END_OF_INPUT = "\x04";

export function createHeader(type: string, session: string): MessageHeader {
  return {
    msg_id: randomUUID(),
    msg_type: type,
    session,
    username: "finetune-ts",
    date: new Date().toISOString(),
    version: PROTOCOL_VERSION,
  };
}

/** A message of our own that answers `parent`, or none. */
export function createMessage(
  type: string,
  session: string,
  content: Record<string, unknown>,
  parent?: Message,
): Message {
  return {
    identities: parent?.identities ?? [],
    header: createHeader(type, session),
    parent: parent?.header ?? {},
    metadata: {},
    content,
    buffers: [],
  };
}

function sign(key: string, parts: readonly Buffer[]): string {
  const hmac = createHmac("sha256", key);
  for (const part of parts) hmac.update(part);
  return hmac.digest("hex");
}

/**
 * The frames of a message as they go over ZeroMQ: routing ids, delimiter, signature, header, parent header,
 * metadata, content, buffers.
 *
 * @param key the key of the connection file
 * @see https://jupyter-client.readthedocs.io/en/stable/messaging.html#the-wire-protocol
 */
export function encodeMessage(key: string, message: Message): Buffer[] {
  const { identities, header, parent, metadata, content, buffers } = message;
  const parts = [header, parent, metadata, content].map((part) => Buffer.from(JSON.stringify(part)));
  return [...identities, DELIMITER, Buffer.from(sign(key, parts)), ...parts, ...buffers];
}

/**
 * Reads a message and checks its signature before anything in it is looked at.
 *
 * @throws {@link WireError} on a missing delimiter, too few frames, a wrong signature or a part that is no JSON object
 */
export function decodeMessage(key: string, frames: readonly Buffer[]): Message {
  const delimiter = frames.findIndex((frame) => frame.equals(DELIMITER));
  if (delimiter < 0) throw new WireError("message without the delimiter <IDS|MSG>");
  const [signature, ...rest] = frames.slice(delimiter + 1);
  if (!signature || rest.length < 4) {
    throw new WireError(`message with ${rest.length} parts after its signature instead of at least 4`);
  }
  const parts = rest.slice(0, 4);
  const expected = Buffer.from(sign(key, parts));
  if (signature.length !== expected.length || !timingSafeEqual(signature, expected)) {
    throw new WireError("message with an invalid signature: it was not signed with this connection's key");
  }
  const [header, parent, metadata, content] = parts.map(parseObject);
  return {
    identities: frames.slice(0, delimiter),
    header: header as unknown as MessageHeader,
    parent: parent as Partial<MessageHeader>,
    metadata: metadata ?? {},
    content: content ?? {},
    buffers: rest.slice(4),
  };
}

function parseObject(part: Buffer): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(part.toString("utf8"));
  } catch (cause) {
    throw new WireError("message with a part that is no JSON", { cause });
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new WireError("message with a part that is no JSON object");
  }
  return value as Record<string, unknown>;
}
