import { DurableObject } from "cloudflare:workers";
import { allowsOrigin } from "../auth/origins.ts";
import { joined } from "../rooms/frames.ts";
import { close, limits, timing } from "../rooms/limits.ts";
import { refuse, type Caller, type Result } from "../rooms/model.ts";
import { closeQuietly, lapseOf } from "../rooms/sessions.ts";
import { Tickets } from "../rooms/tickets.ts";
import { CALLER_HEADER, PROTOCOL, ticketOf } from "../rooms/upgrade.ts";
import type { ChatSummary, Standing } from "./summary.ts";

type Attachment = { caller: Caller; isReady: boolean };
type Told = { summary: ChatSummary; standings: Map<string, Standing> };

/** What rooms tell within this time goes out together: people do not see a list move faster. */
const WINDOW_MS = 100;
/** A room tells once in this time. */
const PAUSE_MS = 1000;
/** Beyond this many summaries a second rooms are asked for longer pauses: an object takes about a thousand calls a second. */
const SUMMARIES_A_SECOND = 200;

/**
 * Where the lists of a tenant's staff are kept moving: rooms tell their summaries, sockets hear of those that their owner may see. It holds
 * nothing but sockets and unused tickets; what was missed is read from D1.
 */
export class Lobby extends DurableObject<Env> {
	readonly #tickets: Tickets;
	#hasTable = false;
	#told = new Map<string, Told>();
	#window: ReturnType<typeof setTimeout> | undefined;
	#second = 0;
	#count = 0;

	constructor(ctx: DurableObjectState, env: Env) {
		super(ctx, env);
		ctx.setWebSocketAutoResponse(new WebSocketRequestResponsePair("ping", "pong"));
		this.#tickets = new Tickets(ctx.storage.sql);
	}

	/** A room tells how it is now. Answers how long it need not tell again, and whether anybody listens. */
	tell(summary: ChatSummary, standings: readonly Standing[]): { pauseMs: number; isHeard: boolean } {
		const pauseMs = Math.max(PAUSE_MS, this.#loadOf(Date.now()));
		if (this.ctx.getWebSockets().length === 0) return { pauseMs, isHeard: false };
		const known = this.#told.get(summary.chatId);
		if (known === undefined || known.summary.seq <= summary.seq)
			this.#told.set(summary.chatId, { summary, standings: new Map(standings.map((one) => [one.userId, one])) });
		if (this.#window === undefined) this.#window = setTimeout(() => this.#deliver(), WINDOW_MS);
		return { pauseMs, isHeard: true };
	}

	async issueTicket(caller: Caller): Promise<Result<{ ticket: string }>> {
		this.#makeTable();
		const ticket = await this.#tickets.issue(caller);
		return ticket === undefined
			? refuse("TooManyRequests", "Too many tickets of the lobby wait unused.", timing.ticketMs)
			: { ok: true, ticket };
	}

	/** The upgrade. A browser cannot read the status of a refused one, so refusals are close codes. */
	override async fetch(request: Request): Promise<Response> {
		const { 0: client, 1: server } = new WebSocketPair();
		const admitted = await this.#admit(request);
		if ("caller" in admitted) {
			this.ctx.acceptWebSocket(server);
			server.serializeAttachment({ caller: admitted.caller, isReady: false } satisfies Attachment);
		} else {
			server.accept();
			closeQuietly(server, admitted.code, admitted.reason);
		}
		return new Response(null, { status: 101, webSocket: client, headers: { "Sec-WebSocket-Protocol": PROTOCOL } });
	}

	override webSocketMessage(socket: WebSocket, data: string | ArrayBuffer): void {
		const hello = helloOf(data);
		const { caller, isReady } = socket.deserializeAttachment() as Attachment;
		if (isReady || hello === undefined) return closeQuietly(socket, close.protocol, "the lobby hears one hello");
		socket.serializeAttachment({ caller, isReady: true } satisfies Attachment);
		socket.send(JSON.stringify({ type: "ready", re: hello, pingIntervalMs: timing.pingIntervalMs }));
	}

	override webSocketClose(socket: WebSocket, code: number, reason: string): void {
		closeQuietly(socket, code, reason);
	}

	async #admit(request: Request): Promise<{ caller: Caller } | { code: number; reason: string }> {
		const identified = await this.#callerOf(request);
		if ("code" in identified) return identified;
		if (!(await allowsOrigin(this.env, identified.caller.tenantId, request)))
			return { code: close.noPermission, reason: "origin not allowed" };
		if (this.ctx.getWebSockets().length >= limits.sockets)
			return { code: close.tooManyConnections, reason: "too many connections" };
		return identified;
	}

	async #callerOf(request: Request): Promise<{ caller: Caller } | { code: number; reason: string }> {
		const ticket = ticketOf(request);
		const header = request.headers.get(CALLER_HEADER);
		if (ticket === undefined && header) return { caller: JSON.parse(decodeURIComponent(header)) as Caller };
		const redeemed = ticket !== undefined && this.#hasTickets() ? await this.#tickets.redeem(ticket) : undefined;
		if (redeemed?.outcome === "ok") return { caller: redeemed.caller };
		return redeemed?.outcome === "expired"
			? { code: close.ticketExpired, reason: "ticket expired" }
			: { code: close.badTicket, reason: "unknown or used ticket" };
	}

	/** A lobby that nobody has a ticket of writes nothing: its name may be anything that somebody made up. */
	#hasTickets(): boolean {
		const tables = this.ctx.storage.sql.exec("SELECT 1 FROM sqlite_master WHERE name = 'ticket'");
		return (this.#hasTable ||= tables.toArray().length > 0);
	}

	#makeTable(): void {
		if (this.#hasTickets()) return;
		this.ctx.storage.sql.exec(
			"CREATE TABLE ticket (hash TEXT PRIMARY KEY, caller TEXT NOT NULL, expires_at INTEGER NOT NULL)",
		);
	}

	#deliver(): void {
		this.#window = undefined;
		const told = Array.from(this.#told.values(), (one) => ({ ...one, json: JSON.stringify(one.summary) }));
		this.#told = new Map();
		const now = Date.now();
		for (const socket of this.ctx.getWebSockets()) {
			const { caller, isReady } = socket.deserializeAttachment() as Attachment;
			const lapse = lapseOf(caller, now);
			if (lapse) {
				closeQuietly(socket, lapse.code, lapse.reason);
				continue;
			}
			const frames = isReady ? told.flatMap((one) => frameFor(caller, one, one.json)) : [];
			if (frames.length === 0) continue;
			try {
				socket.send(joined(frames));
			} catch {
				// On its way out.
			}
		}
	}

	/** The pause that keeps all rooms together within what one object takes. */
	#loadOf(now: number): number {
		const second = Math.floor(now / 1000);
		if (second !== this.#second) {
			this.#second = second;
			this.#count = 0;
		}
		this.#count += 1;
		return (1000 * this.#count) / SUMMARIES_A_SECOND;
	}
}

/** What a caller hears of a chat: all of it, that it is gone for them, or nothing. */
function frameFor(caller: Caller, { summary, standings }: Told, json: string): string[] {
	const own = standings.get(caller.userId);
	const isVisible = caller.isAdministrator || summary.kind === "Visitor" || own?.isActive === true;
	if (isVisible) return [`{"type":"chat","chat":${json},"me":${JSON.stringify(own ?? null)}}`];
	return own ? [JSON.stringify({ type: "gone", chatId: summary.chatId, seq: summary.seq })] : [];
}

/** The id of a frame that says hello. */
function helloOf(data: string | ArrayBuffer): string | number | undefined {
	if (typeof data !== "string" || data.length > 1000) return undefined;
	try {
		const { type, id, v } = JSON.parse(data) as { type?: unknown; id?: unknown; v?: unknown };
		return type === "hello" && v === 1 && (typeof id === "string" || typeof id === "number") ? id : undefined;
	} catch {
		return undefined;
	}
}
