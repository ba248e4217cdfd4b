import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { CodeChannel, Opened } from "./api.ts";
import { EnvelopeIcon, Primary, Stage, Trouble } from "./stage.tsx";
import { untilText } from "./time.ts";
import { open, reveal, sendCode } from "./visit.ts";

/** Before anything is asked of the server: whoever only looks, as scanners do, changes nothing. */
export function Arrival(): JSX.Element {
	return (
		<Stage title="You have been sent a secure link" icon={<EnvelopeIcon />}>
			<p>Open it to see who it is from. Nothing happens until you do.</p>
			<Trouble />
			<Primary onClick={() => void open()}>Open the link</Primary>
		</Stage>
	);
}

export function Waiting({ what }: { what: string }): JSX.Element {
	return (
		<Stage title={`${what} …`}>
			<span class="spinner" aria-hidden="true" />
		</Stage>
	);
}

/** Who sent it, and the click that shows it. */
export function Sender({ opened }: { opened: Opened }): JSX.Element {
	const { senderName, tenantName } = opened;
	const sender = senderName === "" ? tenantName : senderName;
	const { sent } = thing(opened);
	return (
		<Stage title={`${sender} sent you ${sent}`} icon={<EnvelopeIcon />} tenantName={tenantName} isInside>
			{sender !== tenantName && (
				<p>
					From <strong>{tenantName}</strong>, for you alone.
				</p>
			)}
			{opened.requireOtp ? <AskForCode opened={opened} /> : <Reveal opened={opened} />}
			<p class="quiet small">{`It can be opened ${untilText(opened.expiresAtUtc)}.`}</p>
		</Stage>
	);
}

function Reveal({ opened }: { opened: Opened }): JSX.Element {
	const { viewsLeft } = opened;
	return (
		<>
			{viewsLeft !== null && (
				<p>
					{viewsLeft === 1
						? "It can be shown once more. While this page is open you can come back to it."
						: `It can be shown ${viewsLeft} more times. This will be one of them.`}
				</p>
			)}
			<Trouble />
			<Primary onClick={() => void reveal(opened)}>{`Show ${thing(opened).own}`}</Primary>
		</>
	);
}

/** Where the code shall go: a choice only where there is one. */
function AskForCode({ opened }: { opened: Opened }): JSX.Element {
	const { otpChannels } = opened;
	const [chosen, choose] = useState(otpChannels[0]?.channel);
	if (chosen === undefined)
		return (
			<p class="notice warn">
				A code is needed, and nobody told us where to send it. Ask the sender to add your address.
			</p>
		);
	return (
		<form
			onSubmit={(event) => {
				event.preventDefault();
				void sendCode(opened, chosen);
			}}
		>
			<p>To make sure that it is you, we send you a code.</p>
			{otpChannels.length === 1 ? (
				<p class="destination">{otpChannels.map(where)}</p>
			) : (
				<fieldset class="choices">
					<legend>Where shall it go?</legend>
					{otpChannels.map((one) => (
						<label key={one.channel}>
							<input
								type="radio"
								name="channel"
								checked={one.channel === chosen}
								onChange={() => choose(one.channel)}
							/>
							<span>{where(one)}</span>
						</label>
					))}
				</fieldset>
			)}
			<Trouble />
			<Primary>Send me the code</Primary>
		</form>
	);
}

/** A destination in words. */
export function where({ channel, masked }: CodeChannel): string {
	return channel === "Email" ? `by e-mail to ${masked}` : `by text message to ${masked}`;
}

/** What the link leads to, as it was sent and as it is one's own. */
function thing({ resourceType, resourceTitle }: Opened): { sent: string; own: string } {
	switch (resourceType) {
		case "Chat":
			return { sent: "a conversation", own: "the conversation" };
		case "Customer":
			return { sent: "your profile", own: "your profile" };
		case "Connection":
			return { sent: "a request to connect", own: "the request" };
		default:
			return { sent: `“${resourceTitle}”`, own: `“${resourceTitle}”` };
	}
}
