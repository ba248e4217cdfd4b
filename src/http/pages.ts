import { Hono } from "hono";
import { open } from "../auth/authenticate.ts";
import { sendFile, sendPage } from "./assets.ts";
import { respondWithStatus } from "./failure.ts";
import type { FoyerEnv } from "./foyer-env.ts";

const anyone = open("a page, which asks for a credential itself where it needs one");

/** The pages that are the same for everybody, the widget for the pages of others, and the JavaScript client with its types. */
export const pages = new Hono<FoyerEnv>()
	.get("/", anyone, (c) => sendPage(c, "landing"))
	.get("/console", anyone, (c) => sendPage(c, "console"))
	.get("/widget.js", anyone, (c) => sendFile(c, "widget.js"))
	.get("/client.js", anyone, (c) => sendFile(c, "client.js"))
	.get("/client.d.ts", anyone, (c) => sendFile(c, "client.d.ts"));

pages.onError(respondWithStatus);
