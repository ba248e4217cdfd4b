import { Hono, type Context, type MiddlewareHandler } from "hono";
import { bodyLimit } from "hono/body-limit";
import { deleteCookie, getCookie, setCookie } from "hono/cookie";
import { open } from "../auth/authenticate.ts";
import { sendPage } from "../http/assets.ts";
import { Failure, respondWithStatus } from "../http/failure.ts";
import type { FoyerEnv } from "../http/foyer-env.ts";
import { valid } from "../http/validate.ts";
import { traceOf } from "../http/trace.ts";
import { jsonRequest } from "../wire/wire.ts";
import { sendCode, verifyCode } from "./codes.ts";
import { bounded, openLink, reopened, type Begun } from "./opening.ts";
import * as operations from "./operations.ts";
import { requestNewLink } from "./renewal.ts";
import * as schema from "./schema.ts";
import { leave, type Visitor } from "./session.ts";
import { publicKeys } from "./signing.ts";
import { answer, ticketFor, viewLink } from "./views.ts";

type C = Context<FoyerEnv>;

const COOKIE = "foyer_portal";
const BODY_BYTES = 16 * 1024;

const byToken = open("the token of a link is what lets its recipient in");
const bySession = open("the session of the portal, by its cookie or header, checked inside");
const everybody = open("the same page for any token; it changes nothing");

/** What every answer of the portal carries: nobody keeps it, and no search engine lists it. */
const UNLISTED = { "Cache-Control": "no-store", "X-Robots-Tag": "noindex" };

const unlisted: MiddlewareHandler<FoyerEnv> = (c, next) => {
	for (const [name, value] of Object.entries(UNLISTED)) c.header(name, value);
	return next();
};

/** Only our own page and programs come in, with JSON: a form on a foreign page can send neither. */
const guarded: MiddlewareHandler<FoyerEnv> = async (c, next) => {
	if (c.req.method !== "POST") return next();
	if (isForeign(c)) throw new Failure("Forbidden", "Another site sent this request.");
	const type = c.req.header("Content-Type");
	const isEmpty = c.req.raw.body === null || c.req.header("Content-Length") === "0";
	if (!isEmpty && !/^application\/json\s*(;|$)/i.test(type ?? ""))
		throw new Failure("UnsupportedMediaType", "Send JSON: Content-Type: application/json.");
	if (isEmpty) c.req.raw = jsonRequest(c.req.raw, "{}");
	return next();
};

const small = bodyLimit({
	maxSize: BODY_BYTES,
	onError: () => {
		throw new Failure("BodyTooLarge", `A request body holds at most ${BODY_BYTES} bytes here.`);
	},
});

/** What recipients of links call: section 5 of the contract. */
export const portal = new Hono<FoyerEnv>()
	.use(unlisted, small, guarded)
	.post("/open", operations.openLink, byToken, valid("json", schema.tokenBody), async (c) => {
		await bounded(c.env, addressOf(c));
		const { opened, begun } = await openLink(c.env, visitorOf(c), c.req.valid("json").token);
		return c.json({ ...(begun && begin(c, begun)), ...opened });
	})
	.post("/session", operations.session, bySession, async (c) => c.json(await reopened(c.env, visitorOf(c))))
	.post("/otp", operations.sendCode, bySession, valid("json", schema.codeRequest), async (c) =>
		c.json(await sendCode(c.env, visitorOf(c), c.req.valid("json")), 202),
	)
	.post("/otp/verify", operations.verifyCode, bySession, valid("json", schema.codeBody), async (c) => {
		const { verified, begun } = await verifyCode(c.env, visitorOf(c), c.req.valid("json"));
		return c.json({ ...begin(c, begun), ...verified });
	})
	.post("/view", operations.view, bySession, valid("json", schema.ofLink), async (c) =>
		c.json(await viewLink(c.env, visitorOf(c), c.req.valid("json").customerLinkUID, originOf(c))),
	)
	.post("/ticket", operations.ticket, bySession, valid("json", schema.ofLink), async (c) =>
		c.json(await ticketFor(c.env, visitorOf(c), c.req.valid("json").customerLinkUID, originOf(c))),
	)
	.post("/connection", operations.answerConnection, bySession, valid("json", schema.connectionAnswer), async (c) =>
		c.json(await answer(c.env, visitorOf(c), c.req.valid("json"))),
	)
	.post("/request-new", operations.requestNew, byToken, valid("json", schema.tokenBody), async (c) => {
		await bounded(c.env, addressOf(c));
		// Not waited for: how long it takes would tell what the token is worth.
		c.executionCtx.waitUntil(requestNewLink(c.env, visitorOf(c), c.req.valid("json").token));
		return c.json({}, 202);
	})
	.post("/logout", operations.logout, bySession, async (c) => {
		await leave(c.env, visitorOf(c));
		deleteCookie(c, COOKIE, { prefix: "host", path: "/", secure: true });
		return c.body(null, 204);
	});

/** The page that links lead to. Scanners and previews open every link, so that it is the same for all and changes nothing. */
export const portalPage = new Hono<FoyerEnv>()
	.get("/l", everybody, (c) => thePage(c))
	.get("/l/:token", everybody, (c) => thePage(c))
	.get("/.well-known/jwks.json", open("public keys"), async (c) => {
		c.header("Cache-Control", "public, max-age=300");
		return c.json(await publicKeys(c.env));
	});

portal.onError(respondWithStatus);
portalPage.onError(respondWithStatus);

async function thePage(c: C): Promise<Response> {
	const answer = await sendPage(c, "portal");
	for (const [name, value] of Object.entries(UNLISTED)) answer.headers.set(name, value);
	return answer;
}

/** Gives the browser its session. Whoever is no browser reads it from the answer. */
function begin(c: C, { secret, expiresAt }: Begun): { session?: string } {
	const maxAge = Math.max(0, Math.floor((expiresAt - Date.now()) / 1000));
	setCookie(c, COOKIE, secret, { prefix: "host", httpOnly: true, secure: true, sameSite: "Lax", path: "/", maxAge });
	return c.req.header("Sec-Fetch-Site") === undefined ? { session: secret } : {};
}

function visitorOf(c: C): Visitor {
	const [, inHeader] = /^Portal\s+(\S+)\s*$/i.exec(c.req.header("Authorization") ?? "") ?? [];
	const secret = inHeader ?? getCookie(c, COOKIE, "host");
	return { secret, trace: traceOf(c.req.raw), context: c.executionCtx };
}

/** Browsers say where a request comes from; older ones say it by the origin alone. */
function isForeign(c: C): boolean {
	const site = c.req.header("Sec-Fetch-Site");
	if (site !== undefined && site !== "same-origin" && site !== "none") return true;
	const origin = c.req.header("Origin");
	return origin !== undefined && origin !== new URL(c.req.url).origin && origin !== portalOrigin(c.env);
}

/** Where the page that asks reaches us: before a proxy of one's own that is not where the request says. */
function originOf(c: C): string {
	return c.req.header("Origin") ?? new URL(c.req.url).origin;
}

function portalOrigin({ PORTAL_BASE_URL }: Env): string | undefined {
	return URL.parse(PORTAL_BASE_URL)?.origin;
}

/** As Cloudflare names it; on a machine of one's own nobody does. */
function addressOf(c: C): string | undefined {
	return c.req.header("CF-Connecting-IP");
}
