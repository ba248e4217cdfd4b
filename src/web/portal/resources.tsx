import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { api, type ConnectionShown, type Customer, type Viewed } from "./api.ts";
import { EnvelopeIcon, DoneIcon, Stage, Trouble } from "./stage.tsx";
import { momentText, untilText } from "./time.ts";
import { attempt, isBusy } from "./visit.ts";

/** A customer's own profile. */
export function CustomerProfile({ viewed, customer }: { viewed: Viewed; customer: Customer }): JSX.Element {
	const { name, referenceId, accountName, tags = [], data = {}, state, nextChangeUtc } = customer;
	const own = Object.entries(data).flatMap(([key, value]): [string, string][] => {
		const text = value.stringValue ?? value.numberValue ?? value.boolValue;
		return text === undefined ? [] : [[key, text === true ? "Yes" : text === false ? "No" : String(text)]];
	});
	const facts: [string, string | undefined][] = [
		["Reference", referenceId],
		["Account", accountName],
		["Now", nextChangeUtc === null ? state : `${state}, ${untilText(nextChangeUtc)}`],
		...own,
	];
	return (
		<Stage title={name} tenantName={viewed.tenantName} isInside>
			<p class="quiet">Your profile at {viewed.tenantName}</p>
			<dl class="facts">
				{facts.map(
					([term, text]) =>
						text !== undefined &&
						text !== "" && (
							<div key={term}>
								<dt>{term}</dt>
								<dd>{text}</dd>
							</div>
						),
				)}
			</dl>
			{tags.length > 0 && (
				<ul class="tags" aria-label="Tags">
					{tags.map((tag) => (
						<li key={tag.id} class="badge">
							{tag.name}
						</li>
					))}
				</ul>
			)}
		</Stage>
	);
}

const outcomes: Record<string, string> = {
	Accepted: "You are connected",
	Declined: "You declined",
	Cancelled: "The request was taken back",
	Removed: "The connection was ended",
	Blocked: "This connection is blocked",
	Expired: "The request has expired",
};

/** A request for a connection, to be accepted or declined. */
export function ConnectionRequest({ viewed, shown: first }: { viewed: Viewed; shown: ConnectionShown }): JSX.Element {
	const [{ connection, canAnswer }, setShown] = useState(first);
	const who = connection.contactName ?? viewed.tenantName;
	const answer = (action: "accept" | "decline") =>
		attempt(undefined, async () => setShown(await api.answer(viewed, action)));
	const title = canAnswer
		? `${who} asks to connect with you`
		: (outcomes[connection.status] ?? "Your answer is awaited");
	return (
		<Stage
			title={title}
			icon={connection.status === "Accepted" ? <DoneIcon /> : <EnvelopeIcon />}
			tenantName={viewed.tenantName}
			isInside
		>
			{!canAnswer && <p>{`${who} asked to connect with you.`}</p>}
			{connection.reason && <blockquote>{connection.reason}</blockquote>}
			<dl class="facts">
				<div>
					<dt>As</dt>
					<dd>{connection.roleName ?? "a contact"}</dd>
				</div>
				<div>
					<dt>Asked</dt>
					<dd>{momentText(connection.dateRequested)}</dd>
				</div>
			</dl>
			<Trouble />
			{canAnswer && (
				<div class="answers">
					<button
						type="button"
						class="button primary large"
						aria-disabled={isBusy.value}
						onClick={() => void answer("accept")}
					>
						Accept
					</button>
					<button
						type="button"
						class="button large"
						aria-disabled={isBusy.value}
						onClick={() => void answer("decline")}
					>
						Decline
					</button>
				</div>
			)}
			{!canAnswer && <p class="quiet small">You can close this page.</p>}
		</Stage>
	);
}

/** To a page of the sender's own. */
export function Leading({ url }: { url: string }): JSX.Element {
	return (
		<Stage title="Taking you there …" icon={<EnvelopeIcon />}>
			<p>
				If nothing happens, <a href={url}>{`go on to ${new URL(url).host}`}</a>.
			</p>
		</Stage>
	);
}
