import type { IncomingMessage } from "node:http";

/** A request that is answered by this status and its message. */
export class Refusal extends Error {
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
  }
}

/** What a program asks: texts, and how many labels of each. */
export interface Question {
  texts: string[];
  /** Labels of each text; null: all. */
  topK: number | null;
  /** Whether one text was asked for by itself, which is answered by itself. */
  isSingle: boolean;
}

export interface QuestionLimits {
  /** Characters of a text. */
  longest: number;
  /** Texts of a request. */
  mostTexts: number;
}

/** Room in a body beside its characters: JSON's own, and six for a character that is written as \\u0000. */
const bytesOf = ({ longest, mostTexts }: QuestionLimits) => Math.min(longest * mostTexts * 6, 16 * 2 ** 20);

const KEYS = ["text", "texts", "topK"];

/** Reads `{ "text": … }` or `{ "texts": […] }`. @throws Refusal */
export async function readQuestion(request: IncomingMessage, limits: QuestionLimits): Promise<Question> {
  if (!/^application\/json\b/i.test(request.headers["content-type"] ?? "")) {
    throw new Refusal(415, 'Send JSON, with "content-type: application/json".');
  }
  const body = await readBody(request, bytesOf(limits));
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch (error) {
    throw new Refusal(400, `The body is no JSON: ${(error as Error).message}.`);
  }
  const usage = 'Send { "text": "…" } or { "texts": ["…", …] }, and "topK" if you like.';
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw new Refusal(400, usage);
  const unknown = Object.keys(value).find((key) => !KEYS.includes(key));
  if (unknown !== undefined) throw new Refusal(400, `There is no "${unknown}". ${usage}`);
  const { text, texts, topK = null } = value as Record<string, unknown>;
  const isSingle = texts === undefined;
  const asked = isSingle ? [text] : texts;
  if (!Array.isArray(asked) || (text !== undefined && !isSingle)) throw new Refusal(400, usage);
  if (topK !== null && !(Number.isInteger(topK) && (topK as number) > 0)) {
    throw new Refusal(400, "topK is a positive whole number, or null for all labels.");
  }
  return { texts: checkTexts(asked, limits), topK: topK as number | null, isSingle };
}

/** @throws Refusal that names the text, counted from 0 */
export function checkTexts(texts: readonly unknown[], { longest, mostTexts }: QuestionLimits): string[] {
  if (texts.length === 0) throw new Refusal(400, "There is no text.");
  if (texts.length > mostTexts) {
    throw new Refusal(413, `${texts.length} texts are more than the ${mostTexts} of one request.`);
  }
  return texts.map((text, i) => {
    if (typeof text !== "string") throw new Refusal(400, `Text ${i} is no string.`);
    if (text.trim() === "") throw new Refusal(400, `Text ${i} is empty.`);
    if (text.length > longest) {
      throw new Refusal(413, `Text ${i} has more than ${longest.toLocaleString("en-US")} characters.`);
    }
    return text;
  });
}

async function readBody(request: IncomingMessage, most: number): Promise<string> {
  const pieces: Buffer[] = [];
  let length = 0;
  for await (const piece of request as AsyncIterable<Buffer>) {
    length += piece.length;
    if (length > most)
      throw new Refusal(413, `The body has more than ${most.toLocaleString("en-US")} bytes.`);
    pieces.push(piece);
  }
  return Buffer.concat(pieces).toString("utf8");
}
