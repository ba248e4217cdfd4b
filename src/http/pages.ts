import { Hono } from "hono";
import { open } from "../auth/authenticate.ts";
import { demoOrgId } from "../auth/demo.ts";
import { isDevelopment } from "../auth/development.ts";
import { sendFile, sendPage } from "./assets.ts";
import { respondWithStatus } from "./failure.ts";
import type { FoyerEnv } from "./foyer-env.ts";

const anyone = open("a page, which asks for a credential itself where it needs one");

/** The pages that are the same for everybody, the widget for the pages of others, and the JavaScript client with its types. */
export const pages = new Hono<FoyerEnv>()
	.get("/", anyone, async (c) => withDemo(c.env, await sendPage(c, "landing")))
	.get("/widget.js", anyone, (c) => sendFile(c, "widget.js"))
	.get("/client.js", anyone, (c) => sendFile(c, "client.js"))
	.get("/client.d.ts", anyone, (c) => sendFile(c, "client.d.ts"));

pages.onError(respondWithStatus);

/** In development the page that greets has an org whose visitor one can be. */
function withDemo(env: Env, page: Response): Response {
	if (!isDevelopment(env)) return page;
	return new HTMLRewriter()
		.on("html", { element: (root) => void root.setAttribute("data-demo-org", demoOrgId) })
		.transform(page);
}
