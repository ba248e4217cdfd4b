import { DurableObject } from "cloudflare:workers";
import { Bucket } from "./bucket.ts";
import { allowsOrigin } from "../auth/origins.ts";
import { Announcer } from "./announcer.ts";
import {
	Conversation,
	type MemberChange,
	type Read,
	type RoomChange,
	type Sent,
	type Snapshot,
} from "./conversation.ts";
import { eraseAfter, forgetInRecord, writtenAfter, type Erased, type Subject, type Written } from "./erasure.ts";
import { Fanout } from "./fanout.ts";
import { close, limits, timing } from "./limits.ts";
import { Feed, type FeedFrame, type Position } from "./feed.ts";
import { exists, migrate } from "./migrations.ts";
import {
	isOver,
	refuse,
	type Caller,
	type Draft,
	type Message,
	type Refusal,
	type Result,
	type RoomSeed,
} from "./model.ts";
import { Projection } from "./projection.ts";
import { notFound } from "./refusals.ts";
import { CALLER_HEADER, PROTOCOL, ticketOf } from "./upgrade.ts";
import { closeQuietly, Sessions } from "./sessions.ts";
import { SendQueue } from "./send-queue.ts";
import { SocketProtocol } from "./socket-protocol.ts";
import { Tickets } from "./tickets.ts";
import type { HistoryPage, StoredMessage } from "./transcript.ts";

/** What of a room is alive once it exists. */
type Live = {
	conversation: Conversation;
	projection: Projection;
	announcer: Announcer;
	sends: SendQueue;
	protocol: SocketProtocol;
	feed: Feed;
	tickets: Tickets;
};

/**
 * A chat room: one object, one order of events, its live sockets. A shell: what a room knows and allows is `Conversation`, what is said
 * on sockets `SocketProtocol`, what D1 is owed `Projection`. Every method but `create` answers `NotFound` for an id that was never
 * created, and writes nothing then.
 */
export class Room extends DurableObject<Env> {
	readonly #sessions: Sessions;
	readonly #fanout: Fanout;
	/** Visits that ended while this object was awake: what was on its way then must not come in after it. */
	readonly #endedVisits = new Set<string>();
	/** What a visitor may post over HTTP. Wider than a socket's: polling clients send what they have kept in one go. */
	readonly #visitorBucket: Bucket;
	#live: Live | undefined;

	constructor(ctx: DurableObjectState, env: Env) {
		super(ctx, env);
		const rate = { burst: Number(env.SEND_BURST), perSecond: Number(env.SEND_RATE) };
		this.#sessions = new Sessions(ctx, rate);
		this.#visitorBucket = new Bucket({ ...rate, burst: 10 * rate.burst });
		this.#fanout = new Fanout(this.#sessions);
		ctx.setWebSocketAutoResponse(new WebSocketRequestResponsePair("ping", "pong"));
		if (!exists(ctx.storage.sql)) return;
		// All of a step or nothing of it, whatever happens in its middle.
		ctx.storage.transactionSync(() => migrate(ctx.storage.sql));
		this.#live = this.#wake(new Conversation(ctx.storage.sql));
		this.#live.projection.wake();
	}

	/** Creates the room, or finds it if its creator asks again; anybody else is told that the id is taken. */
	async create(seed: RoomSeed, members: readonly MemberChange[]): Promise<Result<Snapshot & { created: boolean }>> {
		if (this.#live) {
			const { room } = this.#live.conversation;
			const isSame = room.tenantId === seed.tenantId && room.createdBy === seed.createdBy && room.kind === seed.kind;
			if (!isSame) return refuse("ChatExists", "This chatId is taken.");
			await this.#live.projection.settle();
			return { ok: true, created: false, ...this.#live.conversation.snapshot() };
		}
		if (members.length >= limits.members)
			return refuse("TooManyMembers", `A chat has at most ${limits.members} members.`);
		const conversation = this.ctx.storage.transactionSync(() => {
			migrate(this.ctx.storage.sql);
			return Conversation.create(this.ctx.storage.sql, seed, members, Date.now());
		});
		this.#live = this.#wake(conversation);
		this.#publish(this.#live);
		await this.#live.projection.settle();
		return { ok: true, created: true, ...conversation.snapshot() };
	}

	/** The room and its members as they are now. */
	describe(caller: Caller): Result<Snapshot> {
		return this.#read(caller, ({ conversation }) => ({ ok: true, ...conversation.snapshot() }));
	}

	/** A visitor room and the caller that the holder of its id is; `NotFound` for any other chat. */
	describeVisitor(): Result<Snapshot & { caller: Caller }> {
		const caller = this.#live?.conversation.visitorCaller();
		if (!this.#live || !caller) return notFound();
		return { ok: true, caller, ...this.#live.conversation.snapshot() };
	}

	/** Appends a message of the room's own visitor, who has no credential and hence a limit. */
	async sendAsVisitor(draft: Draft): Promise<Result<Sent>> {
		const caller = this.#live?.conversation.visitorCaller();
		if (!caller) return notFound();
		const wait = this.#visitorBucket.take(Date.now());
		if (wait > 0) return refuse("RateLimited", "Too many messages; this one was not accepted.", wait);
		return this.send(caller, draft);
	}

	/** Whether somebody from outside, who was invited, could come in now. */
	checkDoor(visitor: Caller): Result<object> {
		return this.#live ? (this.#live.conversation.refusalAtTheDoor(visitor) ?? { ok: true }) : notFound();
	}

	/** Lets somebody from outside in, as a member of the room. */
	async admit(visitor: Caller): Promise<Result<Snapshot>> {
		const live = this.#live;
		if (!live) return notFound();
		live.sends.flush();
		const result = this.#turn(() => live.conversation.admit(visitor, Date.now()));
		this.#publish(live);
		return result;
	}

	/**
	 * Ends the visits of somebody from outside, one of them or all: sockets close at once, unused tickets are void. Whoever `leaves` is no
	 * member any more and stays out.
	 */
	async endVisits(
		tenantId: string,
		userId: string,
		{ visitId, leaves }: { visitId?: string | undefined; leaves: boolean },
	): Promise<void> {
		const live = this.#live;
		if (live?.conversation.tenantId !== tenantId) return;
		live.sends.flush();
		live.tickets.takeBack(userId, visitId);
		if (leaves) this.#turn(() => live.conversation.dismiss(userId, Date.now()));
		if (visitId !== undefined) this.#endedVisits.add(visitId);
		if (this.#endedVisits.size > limits.tickets) this.#endedVisits.clear();
		this.#publish(live);
		const isOf = ({ userId: own, visit }: Caller) => own === userId && (visitId ?? visit?.id) === visit?.id;
		for (const session of this.#sessions.where(isOf))
			live.protocol.dismiss(session, close.noPermission, "the visit is over");
	}

	/** What somebody wrote, in order, a step at a time: see `Written`. */
	written(tenantId: string, userId: string, after: number): Result<Written> {
		if (this.#live?.conversation.tenantId !== tenantId) return notFound();
		return { ok: true, ...writtenAfter(this.ctx.storage.sql, this.#live.conversation, userId, after) };
	}

	/**
	 * Takes somebody out of the room, name and texts, a step at a time (see `Erased`). `isSettled`: D1 has forgotten all of it, too; until it is,
	 * the last step may be asked for again.
	 */
	async erase(tenantId: string, subject: Subject, after: number): Promise<Result<Erased & { isSettled: boolean }>> {
		const live = this.#live;
		if (live?.conversation.tenantId !== tenantId) return notFound();
		const { conversation, projection } = live;
		await this.endVisits(tenantId, subject.userId, { leaves: false });
		const step = this.#turn(() => eraseAfter(this.ctx.storage.sql, conversation, subject, after, Date.now()));
		this.#publish(live);
		if (step.next !== null) return { ok: true, ...step, isSettled: false };
		const { seq } = conversation.transcript;
		await projection.settle();
		if (subject.isIdPersonal) await forgetInRecord(this.env, conversation, subject.userId);
		return { ok: true, ...step, isSettled: conversation.projectedSeq >= seq };
	}

	/** Name, archive and members; D1 knows of it when this answers. */
	change(caller: Caller, change: RoomChange): Promise<Result<Snapshot>> {
		return this.#write(caller, ({ conversation, protocol }, now) => {
			const result = conversation.change(caller, change, now);
			for (const session of this.#sessions.where((other) => conversation.refusal(other) !== undefined))
				protocol.dismiss(session, close.noPermission, "removed from the chat");
			return result;
		});
	}

	/** Deletes a visitor room softly, or brings it back; D1 knows of it when this answers. */
	setActive(caller: Caller, isActive: boolean): Promise<Result<Snapshot>> {
		return this.#write(caller, ({ conversation }, now) => conversation.setActive(isActive, caller, now));
	}

	/** Appends a message; sends of one moment share one commit. */
	async send(caller: Caller, draft: Draft): Promise<Result<Sent>> {
		const live = this.#live;
		if (!live) return notFound();
		return live.conversation.refusal(caller) ?? (await live.sends.send(caller, draft));
	}

	async edit(caller: Caller, messageId: string, body: string): Promise<Result<{ message: Message }>> {
		return this.#alter(caller, ({ conversation }, now) => conversation.edit(caller, messageId, body, now));
	}

	/** Deletes a message; it is gone from search, too, when this answers. */
	remove(caller: Caller, messageId: string): Promise<Result<{ message: Message }>> {
		return this.#write(caller, ({ conversation }, now) => conversation.remove(caller, messageId, now));
	}

	/** Moves the caller's read marker; D1 knows of it when this answers. */
	markRead(caller: Caller, messageId: string): Promise<Result<Read>> {
		return this.#write(caller, ({ conversation }, now) => conversation.markRead(caller, { messageId }, now));
	}

	history(caller: Caller, page: HistoryPage): Result<{ messages: StoredMessage[]; hasMore: boolean }> {
		return this.#read(caller, ({ conversation: { transcript } }) => ({ ok: true, ...transcript.history(page) }));
	}

	/** The same as the agent dialect's JSON, in UTF-8. */
	historyJson(caller: Caller, page: HistoryPage): Result<{ json: ArrayBuffer }> {
		return this.#read(caller, ({ conversation: { transcript } }) => ({ ok: true, json: transcript.historyJson(page) }));
	}

	/** The log after a position, waiting up to `waitMs` for the first event when there is none. */
	async events(
		caller: Caller,
		position: Position,
		take: number,
		waitMs: number,
	): Promise<Result<{ frame: FeedFrame }>> {
		const live = this.#live;
		if (!live) return notFound();
		const refused = live.conversation.refusal(caller);
		if (refused) return refused;
		const frame = await live.feed.after(position, take, waitMs);
		// Whoever was removed while waiting learns nothing more.
		return live.conversation.refusal(caller) ?? ("code" in frame ? frame : { ok: true, frame });
	}

	async issueTicket(caller: Caller): Promise<Result<{ ticket: string }>> {
		const live = this.#live;
		if (!live) return notFound();
		const refused = live.conversation.refusal(caller) ?? this.#refusalOfVisit(caller);
		if (refused) return refused;
		const ticket = await live.tickets.issue(caller);
		return ticket === undefined
			? refuse("TooManyRequests", "Too many tickets of this chat wait unused.", timing.ticketMs)
			: { ok: true, ticket };
	}

	/** True when the room answers: for the readiness check. */
	ready(): boolean {
		return this.ctx.getWebSockets().length >= 0;
	}

	/** The upgrade, and nothing else. A browser cannot read the status of a refused upgrade, so refusals are close codes. */
	override async fetch(request: Request): Promise<Response> {
		const { 0: client, 1: server } = new WebSocketPair();
		const refused = await this.#admit(request, server);
		if (refused) {
			server.accept();
			closeQuietly(server, refused.code, refused.reason);
		}
		return new Response(null, { status: 101, webSocket: client, headers: { "Sec-WebSocket-Protocol": PROTOCOL } });
	}

	async #admit(request: Request, server: WebSocket): Promise<{ code: number; reason: string } | undefined> {
		const live = this.#live;
		if (!live) return { code: close.noPermission, reason: "no such chat" };
		const identified = await this.#callerOf(request, live);
		if ("code" in identified) return identified;
		if (!(await allowsOrigin(this.env, live.conversation.tenantId, request)))
			return { code: close.noPermission, reason: "origin not allowed" };
		if (live.conversation.refusal(identified.caller) ?? this.#refusalOfVisit(identified.caller))
			return { code: close.noPermission, reason: "not a member" };
		if (this.#sessions.size >= limits.sockets)
			return { code: close.tooManyConnections, reason: "too many connections" };
		live.protocol.expectHello(this.#sessions.accept(server, identified.caller));
		return undefined;
	}

	#refusalOfVisit(caller: Caller): Refusal | undefined {
		const isEnded = isOver(caller) || this.#endedVisits.has(caller.visit?.id ?? "");
		return isEnded ? refuse("Forbidden", "This visit is over.") : undefined;
	}

	async #callerOf(request: Request, live: Live): Promise<{ caller: Caller } | { code: number; reason: string }> {
		const ticket = ticketOf(request);
		if (ticket !== undefined) {
			const redeemed = await live.tickets.redeem(ticket);
			if (redeemed.outcome === "ok") return { caller: redeemed.caller };
			return redeemed.outcome === "expired"
				? { code: close.ticketExpired, reason: "ticket expired" }
				: { code: close.badTicket, reason: "unknown or used ticket" };
		}
		const header = request.headers.get(CALLER_HEADER);
		const caller = header ? (JSON.parse(decodeURIComponent(header)) as Caller) : live.conversation.visitorCaller();
		return caller ? { caller } : { code: close.badTicket, reason: "no ticket" };
	}

	override webSocketMessage(socket: WebSocket, data: string | ArrayBuffer): void {
		const session = this.#sessions.get(socket);
		if (!session || !this.#live) return closeQuietly(socket, close.goingAway, "say hello again");
		this.#live.protocol.receive(session, data);
	}

	override webSocketClose(socket: WebSocket, code: number, reason: string): void {
		const session = this.#sessions.forget(socket);
		closeQuietly(socket, code, reason);
		if (session) this.#live?.protocol.left(session);
	}

	override webSocketError(socket: WebSocket): void {
		this.webSocketClose(socket, 1011, "error");
	}

	override async alarm(): Promise<void> {
		await this.#live?.projection.onAlarm();
	}

	#wake(conversation: Conversation): Live {
		const announcer = new Announcer(this.env, conversation);
		const projection = new Projection(this.env, this.ctx, conversation, {
			onPaid: () => announcer.paid(),
			onRestored: () => this.#restored(),
		});
		const feed = new Feed(conversation);
		const publish = () => this.#live && this.#publish(this.#live);
		const turn = <T>(work: () => T, isCompound?: boolean) => this.#turn(work, isCompound);
		const sends = new SendQueue({ conversation, sessions: this.#sessions, turn, publish });
		const protocol = new SocketProtocol({
			conversation,
			sessions: this.#sessions,
			fanout: this.#fanout,
			feed,
			sends,
			turn,
			publish,
		});
		return { conversation, projection, announcer, feed, sends, protocol, tickets: new Tickets(this.ctx.storage.sql) };
	}

	/** Announces what the turn changed, to sockets, to feeds and to D1. */
	#publish({ conversation, projection, feed, announcer }: Live): void {
		const events = conversation.transcript.takeEvents();
		if (events.length > 0) {
			this.#fanout.push(events);
			feed.wake();
			announcer.owe();
		}
		if (projection.isOwing) projection.owe(Date.now());
	}

	/** Sends everybody away, who come back to a new epoch; what it began with is announced to readers of the feed. */
	#restored(): void {
		this.#sessions.broadcast([JSON.stringify({ type: "reconnect", reason: "epochChanged", afterMs: 0 })]);
		for (const session of this.#sessions.where(() => true)) this.#sessions.close(session, close.goingAway, "restored");
		if (this.#live) this.#publish(this.#live);
	}

	/**
	 * Runs a change as one transaction. When storage fails in the middle nothing of it stays, and the object starts anew from what is on
	 * disk: memory must never be ahead of it.
	 */
	#turn<T>(work: () => T, isCompound = true): T {
		try {
			// A savepoint costs a tenth of a send.
			return isCompound ? this.ctx.storage.transactionSync(work) : work();
		} catch (error) {
			console.error(JSON.stringify({ level: "error", room: this.ctx.id.name, error: String(error) }));
			this.ctx.abort("a change failed");
			throw error;
		}
	}

	#read<T>(caller: Caller, answer: (live: Live) => Result<T>): Result<T> {
		if (!this.#live) return notFound();
		return this.#live.conversation.refusal(caller) ?? answer(this.#live);
	}

	/** Runs a change in one turn, after the sends that came before it. */
	#alter<T>(caller: Caller, change: (live: Live, now: number) => Result<T>): Result<T> {
		return this.#read(caller, (live) => {
			live.sends.flush();
			const result = this.#turn(() => change(live, Date.now()));
			this.#publish(live);
			return result;
		});
	}

	/** A change that the caller will look for in a list at once. */
	async #write<T>(caller: Caller, change: (live: Live, now: number) => Result<T>): Promise<Result<T>> {
		const result = this.#alter(caller, change);
		if (result.ok) await this.#live?.projection.settle();
		return result;
	}
}
