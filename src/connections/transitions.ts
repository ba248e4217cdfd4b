/** The rules of connections: what an action makes of a state, for whom. No database, no clock of its own. */

export const statuses = ["Requested", "Accepted", "Declined", "Cancelled", "Removed", "Blocked", "Expired"] as const;
export type Status = (typeof statuses)[number];
export type Action = "request" | "accept" | "decline" | "cancel" | "remove" | "block" | "unblock";
export type EventType = Status | "Unblocked";

const DAY = 24 * 3600 * 1000;
/** How long a request waits for its answer. */
const REQUEST_LIFE = 30 * DAY;
/** How long nobody is asked again: a request taken back, as a nudge; one declined, as a no. */
const COOLDOWN = { Cancelled: DAY, Declined: 7 * DAY };

type Refusal =
	| "ConnectionNotPending"
	| "ConnectionNotAccepted"
	| "ConnectionNotBlocked"
	| "ConnectionNotAllowed"
	| "ConnectionContactMismatch";

/** What of a connection its rules read and write. */
export type State = {
	status: Status;
	requesterUid: string;
	addresseeUid: string;
	blockedBy: string[];
	requestedAt: number;
	respondedAt: number | null;
	endedAt: number | null;
	cooldownUntil: number | null;
	expiresAt: number | null;
};

export type Decision =
	| { kind: "change"; event: EventType; to: Partial<State> & { status: Status } }
	/** What is wanted is so already. */
	| { kind: "done" }
	| { kind: "refused"; code: Refusal }
	| { kind: "wait"; until: number };

/** `yes` is the action's change; `done` leaves everything as it is; the rest is refused. */
type Cell = "yes" | "done" | Refusal;

const row = (
	Requested: Cell,
	Accepted: Cell,
	Declined: Cell,
	Cancelled: Cell,
	Removed: Cell,
	Blocked: Cell,
	Expired: Cell,
): Record<Status, Cell> => ({ Requested, Accepted, Declined, Cancelled, Removed, Blocked, Expired });

const pending = "ConnectionNotPending";
const accepted = "ConnectionNotAccepted";
const blocked = "ConnectionNotBlocked";
const allowed = "ConnectionNotAllowed";

/** By action, and by the state it meets: Requested, Accepted, Declined, Cancelled, Removed, Blocked, Expired. */
const table: Record<Action, Record<Status, Cell>> = {
	request: row("yes", "done", "yes", "yes", "yes", allowed, "yes"),
	accept: row("yes", "done", pending, pending, pending, allowed, pending),
	decline: row("yes", pending, "done", pending, pending, allowed, pending),
	cancel: row("yes", pending, "done", "done", pending, "done", "done"),
	remove: row(accepted, "yes", accepted, accepted, "done", "done", accepted),
	block: row("yes", "yes", "yes", "yes", "yes", "yes", "yes"),
	unblock: row(blocked, blocked, blocked, blocked, blocked, "yes", blocked),
};

/** What becomes of a connection when `actor`, one of its two contacts, does something. */
export function decide(state: State, action: Action, actor: string, now: number): Decision {
	const cell = table[action][state.status];
	if (cell === allowed) return { kind: "refused", code: cell };
	if (!isEntitled(state, action, actor)) return { kind: "refused", code: "ConnectionContactMismatch" };
	if (cell === "done") return { kind: "done" };
	return cell === "yes" ? change[action](state, actor, now) : { kind: "refused", code: cell };
}

/** Whoever was asked answers, whoever asked takes it back; the rest is for both. */
function isEntitled({ requesterUid, addresseeUid }: State, action: Action, actor: string): boolean {
	if (action === "accept" || action === "decline") return actor === addresseeUid;
	return action !== "cancel" || actor === requesterUid;
}

type Change = (state: State, actor: string, now: number) => Decision;

const change: Record<Action, Change> = {
	request: (state, actor, now) => {
		if (state.status === "Requested")
			return actor === state.requesterUid ? { kind: "done" } : change.accept(state, actor, now);
		if (state.cooldownUntil !== null && state.cooldownUntil > now) return { kind: "wait", until: state.cooldownUntil };
		return { kind: "change", event: "Requested", to: asked(actor, otherEnd(state, actor), now) };
	},
	accept: (_, __, now) => to({ status: "Accepted", respondedAt: now, expiresAt: null }),
	decline: (_, __, now) => to({ ...ended("Declined", now), respondedAt: now, cooldownUntil: now + COOLDOWN.Declined }),
	cancel: (_, __, now) => to({ ...ended("Cancelled", now), cooldownUntil: now + COOLDOWN.Cancelled }),
	remove: (_, __, now) => to(ended("Removed", now)),
	block: ({ status, blockedBy }, actor, now) => {
		if (status !== "Blocked") return to({ ...ended("Blocked", now), blockedBy: [actor] });
		return blockedBy.includes(actor) ? { kind: "done" } : to({ status, blockedBy: [...blockedBy, actor] });
	},
	unblock: ({ blockedBy }, actor, now) => {
		if (!blockedBy.includes(actor)) return { kind: "refused", code: allowed };
		const left = blockedBy.filter((uid) => uid !== actor);
		const status = left.length > 0 ? "Blocked" : "Removed";
		return { kind: "change", event: "Unblocked", to: { ...ended(status, now), blockedBy: left } };
	},
};

function to(state: Partial<State> & { status: Status }): Decision {
	return { kind: "change", event: state.status, to: state };
}

function ended<To extends Status>(status: To, now: number) {
	return { status, endedAt: now, expiresAt: null };
}

/** A connection as it begins: asked for. */
export function asked(requesterUid: string, addresseeUid: string, now: number): State {
	return {
		status: "Requested",
		requesterUid,
		addresseeUid,
		blockedBy: [],
		requestedAt: now,
		respondedAt: null,
		endedAt: null,
		cooldownUntil: null,
		expiresAt: now + REQUEST_LIFE,
	};
}

/** A connection that begins as its end: blocked before anybody asked. */
export function blockedFromTheStart(blocker: string, other: string, now: number): State {
	return { ...asked(blocker, other, now), ...ended("Blocked", now), blockedBy: [blocker] };
}

/** The other of the two contacts. */
function otherEnd({ requesterUid, addresseeUid }: State, uid: string): string {
	return uid === requesterUid ? addresseeUid : requesterUid;
}
