/**
 * The naive durable floor: the least a chat room can do on this platform and lose nothing. One INSERT per message, an ack, one frame per
 * member; the output gate holds both until the write is durable. Plus answers without a room, for the price of HTTP.
 */
import { DurableObject } from "cloudflare:workers";
import { Hono } from "hono";
import type { FoyerEnv } from "../../src/http/foyer-env.ts";
import { requestLog } from "../../src/http/request-log.ts";
import { securityHeaders } from "../../src/http/security-headers.ts";
import { routingPath } from "../../src/wire/paths.ts";
import { decoded, encoded } from "../../src/wire/wire.ts";

type FloorEnv = { FLOOR: DurableObjectNamespace<FloorRoom> };

export class FloorRoom extends DurableObject<FloorEnv> {
	#seq: number;

	constructor(ctx: DurableObjectState, env: FloorEnv) {
		super(ctx, env);
		ctx.storage.sql.exec(
			"CREATE TABLE IF NOT EXISTS message (seq INTEGER PRIMARY KEY, sender TEXT NOT NULL, text TEXT NOT NULL, at INTEGER NOT NULL)",
		);
		this.#seq = ctx.storage.sql.exec<{ seq: number }>("SELECT coalesce(max(seq), 0) AS seq FROM message").one().seq;
	}

	override fetch(request: Request): Response {
		const { 0: client, 1: server } = new WebSocketPair();
		this.ctx.acceptWebSocket(server);
		server.serializeAttachment(new URL(request.url).searchParams.get("user"));
		return new Response(null, { status: 101, webSocket: client });
	}

	override webSocketMessage(socket: WebSocket, data: string): void {
		const { id, text } = JSON.parse(data) as { id: string; text: string };
		const from = socket.deserializeAttachment() as string;
		const at = Date.now();
		const seq = ++this.#seq;
		this.ctx.storage.sql.exec("INSERT INTO message (seq, sender, text, at) VALUES (?, ?, ?, ?)", seq, from, text, at);
		socket.send(JSON.stringify({ ack: id, seq }));
		const event = JSON.stringify({ seq, from, text, at });
		for (const receiver of this.ctx.getWebSockets()) receiver.send(event);
	}

	override webSocketClose(): void {}
}

const hello = new Hono().get("/hono", (c) => c.json({ status: "ok" }));

/** What every answer of Foyer passes, without the formats of `src/wire` and with them. */
const unwired = new Hono<FoyerEnv>().use(requestLog, securityHeaders).get("/unwired", (c) => c.json({ status: "ok" }));
const wired: Hono<FoyerEnv> = new Hono<FoyerEnv>({ getPath: routingPath(() => wired.routes) })
	.use(requestLog, securityHeaders, encoded, decoded)
	.get("/wired", (c) => c.json({ status: "ok" }));
const quiet = { REQUEST_LOG: "off" } as Env;

export default {
	fetch(request, env) {
		const { pathname } = new URL(request.url);
		if (pathname === "/plain") return Response.json({ status: "ok" });
		if (pathname === "/hono") return hello.fetch(request);
		if (pathname === "/unwired") return unwired.fetch(request, quiet);
		if (pathname === "/wired") return wired.fetch(request, quiet);
		return env.FLOOR.getByName(pathname).fetch(request);
	},
} satisfies ExportedHandler<FloorEnv>;
