import type { JSX } from "preact";
import { useId, useState } from "preact/hooks";
import {
	BarredIcon,
	ClockIcon,
	DoneIcon,
	EnvelopeIcon,
	LockIcon,
	Primary,
	QuestionIcon,
	Stage,
	Trouble,
} from "./stage.tsx";
import { hasToken, open, requestNew, useLink } from "./visit.ts";

type End = {
	title: string;
	text: string;
	icon: JSX.Element;
	/** What there is to do. */
	next: "new" | "again" | "paste" | "nothing";
};

const ends: Record<string, End> = {
	LinkExpired: {
		title: "This link has expired",
		text: "Links work for a limited time. A new one can only go to the address that this one was meant for.",
		icon: <ClockIcon />,
		next: "new",
	},
	LinkExhausted: {
		title: "This link has been used up",
		text: "It was shown as often as its sender allowed. You can ask the sender for a new one.",
		icon: <ClockIcon />,
		next: "new",
	},
	LinkRevoked: {
		title: "This link works no more",
		text: "",
		icon: <BarredIcon />,
		next: "nothing",
	},
	LinkLocked: {
		title: "This link is locked",
		text: "Too many wrong codes were entered, so it is closed for your safety. Its sender can unlock it: let them know.",
		icon: <LockIcon />,
		next: "new",
	},
	LinkNotFound: {
		title: "This link leads nowhere",
		text: "Perhaps a part of it is missing: mail programs break long links in two. Copy the whole link and paste it here.",
		icon: <QuestionIcon />,
		next: "paste",
	},
	SessionRequired: {
		title: "Your time here is over",
		text: "For your safety a visit lasts only so long. Open the link once more to go on.",
		icon: <ClockIcon />,
		next: "again",
	},
	NoLink: {
		title: "Open your link",
		text: "Open the link in your message once more, or copy it and paste it here.",
		icon: <EnvelopeIcon />,
		next: "paste",
	},
	ResourceGone: {
		title: "This is no longer there",
		text: "What the link led to was removed, or you are no longer part of it.",
		icon: <BarredIcon />,
		next: "nothing",
	},
	Offline: {
		title: "There is no connection",
		text: "Check that you are online.",
		icon: <QuestionIcon />,
		next: "again",
	},
	TooManyRequests: {
		title: "Too many tries",
		text: "Wait a minute, then try again.",
		icon: <ClockIcon />,
		next: "again",
	},
};

/** What is asked of the sender, where the portal itself can give nothing. */
const asks: Record<string, string> = { LinkLocked: "Tell the sender", LinkExhausted: "Ask for a new link" };

/** The end of the way: what happened, and what to do next. */
export function Problem({ code, message }: { code: string; message: string }): JSX.Element {
	const end = ends[code] ?? { title: "Something went wrong", text: message, icon: <QuestionIcon />, next: "again" };
	return (
		<Stage title={end.title} icon={end.icon} tone={code === "NoLink" ? "calm" : "warn"}>
			<p>{end.text === "" ? message : end.text}</p>
			{end.next === "new" && hasToken() && (
				<>
					<Trouble />
					<Primary onClick={() => void requestNew()}>{asks[code] ?? "Send me a new link"}</Primary>
				</>
			)}
			{end.next === "again" &&
				(hasToken() ? <Primary onClick={() => void open()}>Open the link again</Primary> : <Paste />)}
			{end.next === "paste" && <Paste />}
			{end.next === "nothing" && (
				<p>If you think that this is a mistake, answer the message that the link came with. You can close this page.</p>
			)}
		</Stage>
	);
}

/** For links that came in pieces, and for pages that forgot theirs. */
function Paste(): JSX.Element {
	const [text, setText] = useState("");
	const id = useId();
	return (
		<form
			onSubmit={(event) => {
				event.preventDefault();
				if (text.trim() !== "") useLink(text);
			}}
		>
			<div class="field">
				<label for={id}>The link from your message</label>
				<input
					id={id}
					class="input"
					type="url"
					autoComplete="off"
					spellcheck={false}
					value={text}
					onInput={(event) => setText(event.currentTarget.value)}
				/>
			</div>
			<Primary>Open</Primary>
		</form>
	);
}

/** The same whatever comes of it: the answer must not tell who gets what. */
export function Asked(): JSX.Element {
	return (
		<Stage title="We passed it on" icon={<DoneIcon />}>
			<p>
				If you may have a new link, it is on its way to the address that this one was meant for. It can take a few
				minutes: look among unwanted mail, too.
			</p>
			<p class="quiet small">The sender sees that you asked. You can close this page.</p>
		</Stage>
	);
}

export function Left(): JSX.Element {
	return (
		<Stage title="You have left" icon={<DoneIcon />}>
			<p>Nothing of it stays in this browser. The link in your message opens it again, as long as it works.</p>
			{hasToken() && <Primary onClick={() => void open()}>Open the link again</Primary>}
		</Stage>
	);
}
