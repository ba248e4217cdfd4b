import type { Conversation } from "./conversation.ts";
import type { Fanout } from "./fanout.ts";
import type { Feed } from "./feed.ts";
import { parseFrame, type ClientFrame, type FrameId, type Present, type ServerFrame } from "./frames.ts";
import { close, limits, timing } from "./limits.ts";
import { type Message, type RefusalCode, type Result } from "./model.ts";
import { ackOf, type SendQueue } from "./send-queue.ts";
import { lapseOf, type Session, type Sessions } from "./sessions.ts";

type Parts = {
	conversation: Conversation;
	sessions: Sessions;
	fanout: Fanout;
	feed: Feed;
	sends: SendQueue;
	/** Runs a change as one transaction. */
	turn: <T>(work: () => T) => T;
	/** Announces what a change left in the transcript. */
	publish: () => void;
};

type Frame<Type extends ClientFrame["type"]> = Extract<ClientFrame, { type: Type }>;
type ErrorCode = RefusalCode | "BadFrame" | "HelloFirst";

/** Frames a room answers with a clear error before it takes the sender for a broken client. */
const BAD_FRAMES = 10;
/** Rooms with more people than this do not announce who comes and goes: it would be a frame to all for each of them. */
const ANNOUNCED_PRESENCE = 200;
const BINARY = { ok: false, message: "A frame is text, not binary.", re: undefined } as const;

/** What is said on a room's sockets: `foyer.v1`, section 3 of the contract. */
export class SocketProtocol {
	readonly #parts: Parts;

	constructor(parts: Parts) {
		this.#parts = parts;
		for (const session of parts.sessions.silent()) this.expectHello(session);
	}

	/** Closes a socket that says no hello within ten seconds. The timer keeps the object awake, so it ends with the waiting. */
	expectHello(session: Session): void {
		const wait = session.connectedAt + timing.helloMs - Date.now();
		session.helloTimer = setTimeout(() => this.dismiss(session, close.protocol, "no hello"), wait);
	}

	/** One frame from a client. */
	receive(session: Session, data: string | ArrayBuffer): void {
		const now = Date.now();
		const lapse = lapseOf(session.caller, now);
		if (lapse) return this.dismiss(session, lapse.code, lapse.reason);
		this.#parts.sessions.heard(session, now);
		const parsed = typeof data === "string" ? parseFrame(data) : BINARY;
		if (!parsed.ok) return this.#bad(session, "BadFrame", parsed.message, parsed.re);
		const { frame } = parsed;
		if (!session.isReady && frame.type !== "hello")
			return this.#bad(session, "HelloFirst", "Say hello before anything else.", frame.id);
		if (session.isReady && frame.type === "hello")
			return this.#bad(session, "BadFrame", "Hello is said once.", frame.id);
		session.badFrames = 0;
		// The one hello is free: coming back must never be refused for having been away.
		const wait = frame.type === "hello" ? 0 : session.bucket.take(now);
		if (wait > 0) return this.#rateLimited(session, frame.id, wait);
		if (frame.type === "message.send") return this.#send(session, frame);
		this.#parts.sends.flush();
		this.#parts.turn(() => this.#handle(session, frame, now));
	}

	/** Closes a socket from this side. */
	dismiss(session: Session, code: number, reason: string): void {
		const { sessions } = this.#parts;
		sessions.close(session, code, reason);
		// Its close event, which may come, has nothing more to tell.
		sessions.forget(session.socket);
		this.left(session);
	}

	/** A socket has gone. */
	left(session: Session): void {
		clearTimeout(session.helloTimer);
		if (session.isReady && !this.#parts.sessions.hasOther(session))
			this.#announce({ joined: [], left: [presentOf(session)] });
	}

	#handle(session: Session, frame: Exclude<ClientFrame, Frame<"message.send">>, now: number): void {
		const { conversation, sessions } = this.#parts;
		switch (frame.type) {
			case "hello":
				return this.#hello(session, frame);
			case "message.edit":
				return this.#alter(session, frame.id, conversation.edit(session.caller, frame.chatMessageId, frame.body, now));
			case "message.delete":
				return this.#alter(session, frame.id, conversation.remove(session.caller, frame.chatMessageId, now));
			case "receipt.read":
				return this.#read(session, frame, now);
			case "typing.start":
			case "typing.stop":
				return this.#typing(session, frame.type === "typing.start", now);
			case "history":
				return sessions.send(session, this.#history(frame));
			case "presence.get":
				return sessions.send(session, { type: "presence", re: frame.id, present: sessions.present(now) });
		}
	}

	#send(session: Session, frame: Frame<"message.send">): void {
		const { id, clientMessageId, body, messageType = "Text", replyToChatMessageId } = frame;
		this.#parts.sends.sendFrom(session, id, { clientMessageId, body, messageType, replyToChatMessageId });
	}

	/** In one turn: state, missed events, live from here. Nothing can fall between. */
	#hello(session: Session, frame: Frame<"hello">): void {
		const { sessions, fanout } = this.#parts;
		// Events that wait in the fan-out are in the state already: they go to the others before this socket joins them.
		fanout.drain();
		clearTimeout(session.helloTimer);
		sessions.makeReady(session);
		sessions.send(session, this.#ready(session, frame.id));
		if (frame.resume) this.#resume(session, frame.id, frame.resume);
		const isNew = !sessions.hasOther(session);
		if (isNew) this.#announce({ joined: [presentOf(session)], left: [] }, session);
	}

	#ready(session: Session, re: FrameId): ServerFrame {
		const { conversation, sessions } = this.#parts;
		const { userId, kind } = session.caller;
		return {
			type: "ready",
			re,
			connectionId: session.connectionId,
			epoch: conversation.epoch,
			seq: conversation.transcript.seq,
			minSeq: conversation.minSeq,
			messageCount: conversation.transcript.messageCount,
			me: { userId, kind, ...conversation.readBy(userId) },
			members: conversation.roster.all(),
			pingIntervalMs: timing.pingIntervalMs,
			limits: {
				bodyBytes: limits.bodyBytes,
				take: limits.take,
				burst: sessions.rate.burst,
				ratePerSecond: sessions.rate.perSecond,
			},
		};
	}

	#resume(session: Session, re: FrameId, position: { epoch: string; seq: number }): void {
		const { conversation, feed, sessions } = this.#parts;
		const lost = feed.unrecoverable(position);
		if (lost) return sessions.send(session, { ...lost, re });
		const { transcript } = conversation;
		const limited = transcript.seq - position.seq > limits.replay;
		let at = limited ? transcript.seq - limits.replayFrame : position.seq;
		let count = 0;
		// One that reads too slowly for so much is cut off in the middle, and comes back for the rest.
		while (at < transcript.seq && sessions.get(session.socket)) {
			const events = transcript.since(at, limits.replayFrame);
			if (events.length === 0) break;
			count += events.length;
			at = events.at(-1)?.seq ?? at;
			sessions.send(session, { type: "replay", re, events, more: at < transcript.seq });
		}
		sessions.send(session, { type: "resumed", re, from: position.seq, to: transcript.seq, count, limited });
	}

	#alter(session: Session, re: FrameId, result: Result<{ message: Message }>): void {
		this.#parts.sessions.send(session, ackOf(re, result.ok ? { ...result, duplicate: false } : result));
		this.#parts.publish();
	}

	#read(session: Session, frame: Frame<"receipt.read">, now: number): void {
		const result = this.#parts.conversation.markRead(session.caller, { index: frame.index }, now);
		if (!result.ok)
			this.#parts.sessions.send(session, {
				type: "error",
				code: result.code,
				message: result.message,
				temporary: false,
			});
		this.#parts.publish();
	}

	#typing(session: Session, active: boolean, now: number): void {
		if (active ? now - session.typingAt < timing.typingMs : !session.isTyping) return;
		session.isTyping = active;
		if (active) session.typingAt = now;
		const { userId, name } = session.caller;
		const frame: ServerFrame = { type: "typing", userId, name, active, expiresInMs: active ? 2 * timing.typingMs : 0 };
		this.#parts.sessions.broadcast([JSON.stringify(frame)], session);
	}

	#history(frame: Frame<"history">): ServerFrame {
		const { id, before, after, take = 50 } = frame;
		const { messages, hasMore } = this.#parts.conversation.transcript.history({ before, after, take });
		return { type: "history", re: id, messages: messages.map(({ origin: _, ...message }) => message), hasMore };
	}

	#announce(change: { joined: Present[]; left: Present[] }, except?: Session): void {
		const { sessions } = this.#parts;
		if (sessions.size > ANNOUNCED_PRESENCE) return;
		sessions.broadcast([JSON.stringify({ type: "presence", ...change } satisfies ServerFrame)], except);
	}

	#rateLimited(session: Session, re: FrameId | undefined, retryAfterMs: number): void {
		const message = "Too many frames; this one was not accepted.";
		this.#error(session, "RateLimited", message, re, { temporary: true, retryAfterMs });
	}

	#bad(session: Session, code: ErrorCode, message: string, re: FrameId | undefined): void {
		session.badFrames += 1;
		this.#error(session, code, message, re, { temporary: false });
		if (session.badFrames >= BAD_FRAMES) this.dismiss(session, close.protocol, "ten bad frames");
	}

	#error(
		session: Session,
		code: ErrorCode,
		message: string,
		re: FrameId | undefined,
		more: { temporary: boolean; retryAfterMs?: number },
	): void {
		this.#parts.sessions.send(session, { type: "error", ...(re === undefined ? {} : { re }), code, message, ...more });
	}
}

function presentOf({ caller: { userId, name, kind } }: Session): Present {
	return { userId, name, kind };
}
