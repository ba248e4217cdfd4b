import { Hono, type Context } from "hono";
import { getMimeType } from "hono/utils/mime";
import { open } from "../auth/authenticate.ts";
import { Failure, respondWithStatus } from "./failure.ts";
import type { FoyerEnv } from "./foyer-env.ts";

/** A name that carries a hash of what is in the file, as Vite writes them: whatever it is now, it stays. */
const HASHED = /-[0-9a-z_]{8}\.\w+$/;
const FOR_EVER = "public, max-age=31536000, immutable";
/** Used only after asking whether it is still the newest. */
const ASK_FIRST = "no-cache";

/** The files that pages use: what `scripts/assets.ts` gathers. */
export const assets = new Hono<FoyerEnv>().get("/:file", open("files that pages use"), (c) =>
	sendFile(c, c.req.param("file")),
);

assets.onError(respondWithStatus);

/** A file of `dist/static/assets`, for any page: some of our scripts are loaded by foreign ones. 404 when there is none. */
export async function sendFile(c: Context<FoyerEnv>, name: string): Promise<Response> {
	c.set("isShared", true);
	const answer = await stored(c, `/assets/${name}`, typeOf(name));
	answer.headers.set("Cache-Control", HASHED.test(name) ? FOR_EVER : ASK_FIRST);
	answer.headers.set("Access-Control-Allow-Origin", "*");
	return answer;
}

/** Answers with a page that Vite built of `src/web/<name>`, under the policy of pages. It is the same for everybody. */
export async function sendPage(c: Context<FoyerEnv>, name: string): Promise<Response> {
	c.set("isPage", true);
	const answer = await stored(c, `/pages/${name}.html`, "text/html; charset=utf-8");
	answer.headers.set("Cache-Control", ASK_FIRST);
	return answer;
}

async function stored(c: Context<FoyerEnv>, path: string, type: string): Promise<Response> {
	const file = await c.env.ASSETS.fetch(new Request(new URL(path, c.req.url), { headers: conditions(c) }));
	if (!file.ok && file.status !== 304) throw new Failure("NotFound", "There is nothing here.");
	const headers = new Headers(file.headers);
	// `npm start` serves them from the disk, which knows no types.
	headers.set("Content-Type", type);
	return new Response(file.body, { status: file.status, headers });
}

function typeOf(name: string): string {
	// The suffix of declarations is also that of a film.
	if (name.endsWith(".ts")) return "text/plain; charset=utf-8";
	return getMimeType(name) ?? "application/octet-stream";
}

function conditions(c: Context<FoyerEnv>): Record<string, string> {
	const etag = c.req.header("If-None-Match");
	return etag === undefined ? {} : { "If-None-Match": etag };
}
