import { Hono, type Context, type MiddlewareHandler } from "hono";
import { open } from "../auth/authenticate.ts";
import { isDevelopment } from "../auth/development.ts";
import { Failure, respondWithStatus } from "../http/failure.ts";
import type { FoyerEnv } from "../http/foyer-env.ts";
import { page } from "../http/security-headers.ts";
import { kept, keptById } from "./outbox.ts";
import { outboxPage } from "./outbox-page.ts";

/** The page shows mails in frames and has a form; it runs nothing. */
const PAGE_POLICY =
	"default-src 'none'; style-src 'self'; frame-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";
/** A mail as it was written: with its own styles, in a sandbox of its own, and nothing from anywhere. */
const MAIL_POLICY =
	"default-src 'none'; style-src 'unsafe-inline'; sandbox allow-popups allow-popups-to-escape-sandbox; base-uri 'none'; " +
	"form-action 'none'; frame-ancestors 'self'";

/** Elsewhere than in development there is nothing here. */
const inDevelopment: MiddlewareHandler<FoyerEnv> = async (c, next) => {
	if (!isDevelopment(c.env)) throw new Failure("NotFound", "There is nothing here.");
	c.header("Cache-Control", "no-store");
	await next();
};
const anybody = open("exists in development alone, where it is the inbox of everybody");

/** What was sent while nothing leaves the machine: for people as a page, for programs as JSON. */
export const outbox = new Hono<FoyerEnv>()
	.get("/", anybody, inDevelopment, async (c) => {
		const filter = { to: recipientOf(c), channel: c.req.query("channel") || undefined };
		const found = await kept(c.env, filter);
		if (!wantsPage(c)) return c.json(found);
		c.set("policy", PAGE_POLICY);
		return page(c, outboxPage(found, filter));
	})
	.get("/:id", anybody, inDevelopment, async (c) => {
		const message = await keptById(c.env, c.req.param("id"));
		if (!message?.html) throw new Failure("NotFound", "There is no such mail, or not any more.");
		c.set("policy", MAIL_POLICY);
		// What is clicked opens beside the outbox: pages of ours may not be framed.
		return c.html(message.html.replace("<head>", '<head><base target="_blank" />'));
	});

outbox.onError(respondWithStatus);

/** An address or number, or a part of one. The plus of a number that was not encoded arrives as a space. */
function recipientOf(c: Context<FoyerEnv>): string | undefined {
	return (
		c.req
			.query("to")
			?.replace(/^ (?=\d)/, "+")
			.trim() || undefined
	);
}

/** `?format=html` or `json` decides; otherwise browsers, which name HTML, get the page. */
function wantsPage(c: Context<FoyerEnv>): boolean {
	const format = c.req.query("format")?.toLowerCase();
	if (format === "html" || format === "json") return format === "html";
	return (c.req.header("Accept") ?? "").includes("text/html");
}
