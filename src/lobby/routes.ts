import { Hono } from "hono";
import * as z from "zod";
import { open, permitted, principal, requires } from "../auth/authenticate.ts";
import { callerOf } from "../auth/principal.ts";
import { orFail, respondWithStatus } from "../http/failure.ts";
import type { FoyerEnv } from "../http/foyer-env.ts";
import { valid } from "../http/validate.ts";
import { timing } from "../rooms/limits.ts";
import { offersTicket, openSocketAt } from "../rooms/rooms.ts";
import { lobbyOf } from "./lobbies.ts";
import * as operations from "./operations.ts";

const address = z.object({ tenant: z.string().max(64).optional().describe("Whose lobby a ticket is of") });

/** One socket on which all chats of the caller say how they are: what keeps a list of chats moving. */
export const lobby = new Hono<FoyerEnv>()
	.post("/Ticket", operations.ticket, requires("chat:use"), async (c) => {
		const caller = callerOf(principal(c));
		const { ticket } = orFail(await lobbyOf(c.env, caller.tenantId).issueTicket(caller));
		const url = new URL("/v1/Chat/Lobby", c.req.url);
		url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
		url.searchParams.set("tenant", caller.tenantId);
		return c.json({ ticket, url: url.href, expiresInSeconds: timing.ticketMs / 1000 });
	})
	.get(
		"/",
		operations.socket,
		open("a ticket of the lobby or a staff credential, below"),
		valid("query", address),
		async (c) => {
			const { tenant = "" } = c.req.valid("query");
			if (offersTicket(c.req.raw)) return openSocketAt(lobbyOf(c.env, tenant), c.req.raw, undefined);
			const caller = callerOf(await permitted(c, "chat:use"));
			return openSocketAt(lobbyOf(c.env, caller.tenantId), c.req.raw, caller);
		},
	);

lobby.onError(respondWithStatus);
