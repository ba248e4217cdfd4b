import type { Action, Connection, Status } from "./types.ts";

/** Something that one of the two contacts can do about a connection as it stands. */
export type Step = {
	action: Action | "request";
	/** The contact that does it. */
	by: string;
	/** What its button says; `label` also says who does it and to whom, and begins with the same. */
	name: string;
	label: string;
	isDanger?: boolean;
	/** What to know before it is done. */
	asks?: string;
	/** What takes it back, where the connection is then what it was. */
	undo?: Step;
};

type End = { id: string; name: string };

export function ends(connection: Connection): { asker: End; asked: End } {
	return {
		asker: { id: connection.contactId, name: connection.contactName ?? "Somebody who is gone" },
		asked: { id: connection.toContactId, name: connection.toContactName ?? "Somebody who is gone" },
	};
}

/**
 * What can be done, by the table of states (contract, section 7). Whoever was asked answers, whoever asked takes it back, the rest is for both;
 * `own` is the only contact that the reader acts for, if it is not everybody.
 */
export function stepsFor(connection: Connection, own?: string): Step[] {
	const { asker, asked } = ends(connection);
	const both = [asker, asked];
	const steps = [...answers(connection, asker, asked), ...both.flatMap((end) => forEither(connection, end, both))];
	return own === undefined ? steps : steps.filter(({ by }) => by === own);
}

function answers({ status }: Connection, asker: End, asked: End): Step[] {
	if (status !== "Requested") return [];
	return [
		{ action: "accept", by: asked.id, name: "Accept", label: `Accept for ${asked.name}` },
		{
			action: "decline",
			by: asked.id,
			name: "Decline",
			label: `Decline for ${asked.name}`,
			asks: "The other one can ask again after seven days. This cannot be taken back.",
		},
		{
			action: "cancel",
			by: asker.id,
			name: "Take back",
			label: `Take back for ${asker.name}`,
			asks: "Nobody of the two can ask again for a day. This cannot be taken back.",
		},
	];
}

/** States in which a block, taken back, leaves what was there before. */
const loseNothing: readonly Status[] = ["Removed", "Blocked"];
const over: readonly Status[] = ["Declined", "Cancelled", "Removed", "Expired"];

function forEither(connection: Connection, end: End, both: End[]): Step[] {
	const { status, blockedByContactIds, cooldownUntil } = connection;
	const other = both.find(({ id }) => id !== end.id) ?? end;
	const steps: Step[] = [];
	if (over.includes(status) && !(cooldownUntil && Date.parse(cooldownUntil) > Date.now()))
		steps.push({ action: "request", by: end.id, name: "Ask again", label: `Ask again for ${end.name}` });
	if (status === "Accepted")
		steps.push({
			action: "remove",
			by: end.id,
			name: "Remove",
			label: `Remove for ${end.name}`,
			isDanger: true,
			asks: "They are then not connected any more. To be so again, one has to ask and the other to accept.",
		});
	const unblock: Step = { action: "unblock", by: end.id, name: "Unblock", label: `Unblock for ${end.name}` };
	const block: Step = { action: "block", by: end.id, name: "Block", label: `Block ${other.name} for ${end.name}` };
	if (blockedByContactIds.includes(end.id)) steps.push({ ...unblock, undo: block });
	else
		steps.push({
			...block,
			isDanger: true,
			asks: loseNothing.includes(status)
				? "Nobody of the two can ask the other until it is unblocked."
				: "This ends what is between them: unblocked, they are not connected, and one has to ask anew.",
			...(loseNothing.includes(status) ? { undo: unblock } : {}),
		});
	return steps;
}
