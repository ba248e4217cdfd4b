import { Bucket, type Rate } from "./bucket.ts";
import { joined, type Present, type ServerFrame } from "./frames.ts";
import { close, limits, timing } from "./limits.ts";
import { isOver, type Caller } from "./model.ts";

/** What a socket's attachment holds: all that must survive hibernation. */
type Attachment = { connectionId: string; caller: Caller; isReady: boolean; connectedAt: number };

/** One live socket. What is not in the attachment may be forgotten at any time. */
export type Session = Attachment & {
	readonly socket: WebSocket;
	readonly bucket: Bucket;
	helloTimer: number | null;
	badFrames: number;
	isTyping: boolean;
	/** When its last `typing.start` was relayed; it stays after a stop, so that start and stop in turn are no way round the pace. */
	typingAt: number;
	/** Characters sent since the last sign of life. */
	unheard: number;
	unheardSince: number;
};

/** The sockets of one room. Rebuilt from the platform's list whenever the object wakes up. */
export class Sessions {
	readonly #ctx: DurableObjectState;
	readonly rate: Rate;
	readonly #open = new Map<WebSocket, Session>();
	readonly #held = new Map<Session, string[]>();

	constructor(ctx: DurableObjectState, rate: Rate) {
		this.#ctx = ctx;
		this.rate = rate;
		for (const socket of ctx.getWebSockets()) {
			const attachment = socket.deserializeAttachment() as Attachment | null;
			if (attachment && socket.readyState === WebSocket.OPEN) this.#open.set(socket, this.#session(socket, attachment));
		}
	}

	get size(): number {
		return this.#open.size;
	}

	get(socket: WebSocket): Session | undefined {
		return this.#open.get(socket);
	}

	/** Accepts a socket for a caller. It hears nothing until it has said hello. */
	accept(socket: WebSocket, caller: Caller): Session {
		this.#ctx.acceptWebSocket(socket);
		const attachment = { connectionId: crypto.randomUUID(), caller, isReady: false, connectedAt: Date.now() };
		socket.serializeAttachment(attachment);
		const session = this.#session(socket, attachment);
		this.#open.set(socket, session);
		return session;
	}

	/** From now on the socket hears what is said to everybody. */
	makeReady(session: Session): void {
		session.isReady = true;
		const { connectionId, caller, isReady, connectedAt } = session;
		session.socket.serializeAttachment({ connectionId, caller, isReady, connectedAt } satisfies Attachment);
	}

	/** Takes a socket that closes off the list, once; of one that began to while the object slept, only the attachment is left. */
	forget(socket: WebSocket): Session | undefined {
		const attachment = socket.deserializeAttachment() as Attachment | null;
		const session = this.#open.get(socket) ?? (attachment ? this.#session(socket, attachment) : undefined);
		this.#open.delete(socket);
		socket.serializeAttachment(null);
		return session;
	}

	/** Sends frames, serialised already, to every socket that is ready, but for one; what was held for a socket goes before them. */
	broadcast(frames: readonly string[], except?: Session): void {
		const text = joined(frames);
		for (const session of this.#open.values()) {
			if (!session.isReady || session === except) continue;
			const held = this.#held.get(session);
			this.#held.delete(session);
			this.#write(session, held ? joined([...held, ...frames]) : text);
		}
	}

	/** Keeps a frame back until `release`, for the next broadcast to take it along: a frame fewer for each sender of a message. */
	hold(session: Session, frame: string): void {
		const held = this.#held.get(session);
		if (held) held.push(frame);
		else this.#held.set(session, [frame]);
	}

	/** Sends what is held. */
	release(): void {
		for (const [session, held] of this.#held) this.#write(session, joined(held));
		this.#held.clear();
	}

	send(session: Session, ...frames: ServerFrame[]): void {
		for (const frame of frames) this.#write(session, JSON.stringify(frame));
	}

	/** The sockets of callers that are picked. */
	where(picks: (caller: Caller) => boolean): Session[] {
		return [...this.#open.values()].filter(({ caller }) => picks(caller));
	}

	close(session: Session, code: number, reason: string): void {
		this.#open.delete(session.socket);
		closeQuietly(session.socket, code, reason);
	}

	/** Sockets that have not said hello. */
	silent(): Session[] {
		return [...this.#open.values()].filter((session) => !session.isReady);
	}

	/** Everybody whose socket is ready and has lately shown a sign of life: a close event is not guaranteed to come. */
	present(now: number): Present[] {
		const present = new Map<string, Present>();
		for (const session of this.#open.values()) {
			const { userId, name, kind } = session.caller;
			const isHere = session.isReady && !lapseOf(session.caller, now);
			if (isHere && now - this.#lastSign(session) < timing.presentMs) present.set(userId, { userId, name, kind });
		}
		return [...present.values()];
	}

	/** True when another ready socket speaks for the same user. */
	hasOther(session: Session): boolean {
		for (const other of this.#open.values())
			if (other !== session && other.isReady && other.caller.userId === session.caller.userId) return true;
		return false;
	}

	/** Notes that a client said something. */
	heard(session: Session, now: number): void {
		session.unheard = 0;
		session.unheardSince = now;
	}

	#lastSign(session: Session): number {
		const ping = this.#ctx.getWebSocketAutoResponseTimestamp(session.socket)?.getTime() ?? 0;
		return Math.max(ping, session.unheardSince);
	}

	#write(session: Session, text: string): void {
		const lapse = lapseOf(session.caller, Date.now());
		if (lapse) return this.close(session, lapse.code, lapse.reason);
		session.unheard += text.length;
		if (session.unheard > limits.silentLength && !this.#isHeard(session)) {
			this.close(session, close.slowConsumer, "reads too slowly");
			return;
		}
		try {
			session.socket.send(text);
		} catch {
			// A socket on its way out may still be listed; its close event does the rest.
			this.#open.delete(session.socket);
		}
	}

	/** The runtime does not show how much it holds back for a socket; pings that come in are the only sign that it is read. */
	#isHeard(session: Session): boolean {
		const last = this.#lastSign(session);
		if (last <= session.unheardSince) return false;
		this.heard(session, last);
		return true;
	}

	#session(socket: WebSocket, attachment: Attachment): Session {
		const now = Date.now();
		return {
			...attachment,
			socket,
			bucket: new Bucket(this.rate, now),
			helloTimer: null,
			badFrames: 0,
			isTyping: false,
			typingAt: 0,
			unheard: 0,
			unheardSince: now,
		};
	}
}

/** Why the time of a socket is over: that of a visit for good, that of a credential until its holder comes back with another. */
export function lapseOf(caller: Caller, now: number): { code: number; reason: string } | undefined {
	if (isOver(caller, now)) return { code: close.noPermission, reason: "the visit is over" };
	if (caller.until !== undefined && caller.until <= now)
		return { code: close.ticketExpired, reason: "the credential has expired" };
	return undefined;
}

/** Answers or begins a close; codes that have no place in a frame (1005, 1006, 1015) are answered as a normal close. */
export function closeQuietly(socket: WebSocket, code: number, reason: string): void {
	try {
		socket.close(code === 1005 || code === 1006 || code === 1015 ? 1000 : code, reason.slice(0, 100));
	} catch {
		// Already closed.
	}
}
