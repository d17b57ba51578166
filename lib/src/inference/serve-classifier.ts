import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { ConfigError } from "../errors";
import { escapeHtml } from "../escape-html";
import { PAGE_STYLE } from "../export/page/style";
import { refuseUnknownOptions } from "../known-options";
import type { Classification, TextClassificationPipeline } from "./text-classification";

export interface ServeOptions {
  /** Default: one that is free. */
  port?: number;
  /** Heading of the page. Default "What is this text?". */
  title?: string;
}

/** A page that runs. */
export interface ServedClassifier {
  /** To open in a browser on this machine. */
  address: string;
  /** Ends the server; the page is gone then. */
  close(): Promise<void>;
}

/** Characters of a text; what is longer is refused and not cut. */
const LONGEST = 10_000;
const HOST = "127.0.0.1";

/**
 * Serves a page with a field for a text, and what a classifier makes of it: the model at work, outside of any notebook. The page
 * needs no script; programs ask `/classify?text=…` and get JSON, all labels with their scores. Only this machine can reach it.
 *
 * @throws ConfigError if the port is taken
 * @example
 * const page = await serveClassifier(pipeline("text-classification", { model: "out/my-model" }));
 * console.log(page.address); // http://127.0.0.1:43217
 * await page.close();
 */
export async function serveClassifier(
  classify: TextClassificationPipeline,
  options: ServeOptions = {},
): Promise<ServedClassifier> {
  refuseUnknownOptions("serveClassifier", options, ["port", "title"]);
  const { port = 0, title = "What is this text?" } = options;
  const server = createServer((request, response) => {
    answer(request, classify, title).then(
      (reply) => send(response, reply),
      (error: unknown) => send(response, failure(500, (error as Error).message)),
    );
  });
  await new Promise<void>((resolve, reject) => {
    const refuse = (error: NodeJS.ErrnoException) => {
      const why =
        error.code === "EADDRINUSE" ? `port ${port} is taken; give another, or none` : error.message;
      reject(new ConfigError(`serveClassifier: ${why}.`, { cause: error }));
    };
    server.once("error", refuse);
    server.listen(port, HOST, () => {
      server.off("error", refuse);
      resolve();
    });
  });
  return {
    address: `http://${HOST}:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

interface Reply {
  status: number;
  type: "text/html" | "application/json";
  body: string;
}

const failure = (status: number, error: string): Reply => ({
  status,
  type: "application/json",
  body: JSON.stringify({ error }),
});

async function answer(
  { method, url = "/", headers }: IncomingMessage,
  classify: TextClassificationPipeline,
  title: string,
): Promise<Reply> {
  // Another page's name that points here (DNS rebinding) is not this page.
  if (!/^(127\.0\.0\.1|localhost)(:\d+)?$/.test(headers.host ?? ""))
    return failure(403, "This host is not served here.");
  if (method !== "GET" && method !== "HEAD") return failure(405, "Ask with GET.");
  const { pathname, searchParams } = new URL(url, `http://${HOST}`);
  const text = (searchParams.get("text") ?? "").trim();
  if (text.length > LONGEST)
    return failure(413, `The text has more than ${LONGEST.toLocaleString("en-US")} characters.`);
  if (pathname === "/classify") {
    if (text === "") return failure(400, "There is no text: /classify?text=…");
    return {
      status: 200,
      type: "application/json",
      body: JSON.stringify(await classify(text, { topK: null })),
    };
  }
  if (pathname !== "/") return failure(404, "There is / and /classify?text=….");
  const labels = text === "" ? [] : await classify(text, { topK: null });
  return { status: 200, type: "text/html", body: page(title, text, labels) };
}

function send(response: ServerResponse, { status, type, body }: Reply): void {
  response.writeHead(status, {
    "content-type": `${type}; charset=utf-8`,
    "content-security-policy":
      "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; base-uri 'none'",
    "x-content-type-options": "nosniff",
    "cache-control": "no-store",
  });
  response.end(body);
}

function page(title: string, text: string, labels: readonly Classification[]): string {
  const rows = labels.map(
    ({ label, score }) =>
      `<tr><th scope="row">${escapeHtml(label)}</th><td><meter value="${score.toFixed(4)}"></meter></td><td>${(100 * score).toFixed(1)} %</td></tr>`,
  );
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)}</title>
<style>${PAGE_STYLE}</style>
</head>
<body>
<h1>${escapeHtml(title)}</h1>
<form method="get" action="/">
<label for="text">Text</label>
<textarea id="text" name="text" rows="4" maxlength="${LONGEST}" autofocus>${escapeHtml(text)}</textarea>
<button>Classify</button>
</form>
${rows.length > 0 ? `<table>${rows.join("")}</table>` : ""}
</body>
</html>
`;
}
