import { useEffect, useMemo, useState } from "preact/hooks";
import { Composer } from "./composer.tsx";
import type { Conversation } from "./conversation.ts";
import type { Memory } from "./memory.ts";
import { MessageList } from "./message-list.tsx";
import type { Hours } from "./room-api.ts";
import type { Settings } from "./settings.ts";
import { Times } from "./times.ts";
import { say, words as allWords, type Words } from "./words.ts";

/** A connection that is back within this was never missed. */
const PATIENCE_MS = 2000;

type Props = {
	conversation: Conversation;
	settings: Settings;
	memory: Memory;
	hours: Hours;
	onClose: () => void;
	onBottom: (isAtBottom: boolean) => void;
};

/** What is in the panel. */
export function Chat({ conversation, settings, memory, hours, onClose, onBottom }: Props) {
	const words = allWords[settings.locale];
	const times = useMemo(() => new Times(settings.language), [settings]);
	const status = statusOf(conversation.staff, hours, times, words);
	return (
		<>
			<header>
				<div>
					<h2 id="title">{settings.title ?? words.title}</h2>
					{status && (
						<p class={`status ${status.isLive ? "live" : ""}`} dir="auto">
							{status.text}
						</p>
					)}
				</div>
				<button type="button" class="button plain icon" aria-label={words.close} onClick={onClose}>
					<svg viewBox="0 0 24 24" aria-hidden="true">
						<path d="M6 6l12 12M18 6L6 18" />
					</svg>
				</button>
			</header>
			<MessageList conversation={conversation} settings={settings} words={words} times={times} onBottom={onBottom} />
			<Condition conversation={conversation} words={words} />
			{!conversation.isOver && <Composer conversation={conversation} memory={memory} words={words} />}
		</>
	);
}

/** What stands in the way of talking, if anything does. */
function Condition({ conversation, words }: { conversation: Conversation; words: Words }) {
	const state = conversation.client?.connection ?? "online";
	const isAway = state === "connecting";
	const [isLong, setLong] = useState(false);
	useEffect(() => {
		setLong(false);
		const timer = isAway ? setTimeout(() => setLong(true), PATIENCE_MS) : undefined;
		return () => clearTimeout(timer);
	}, [isAway]);
	if (conversation.isOver)
		return <Notice text={words.ended} action={words.anew} onAction={() => conversation.beginAnew()} />;
	if (state === "stopped")
		return <Notice text={words.unavailable} action={words.retry} onAction={() => conversation.reconnect()} />;
	if (state === "offline") return <Notice text={words.offline} />;
	return isAway && isLong ? <Notice text={words.connecting} /> : null;
}

function Notice({ text, action, onAction }: { text: string; action?: string; onAction?: () => void }) {
	return (
		<div class="condition" role="status">
			<span>{text}</span>
			{action && (
				<button type="button" class="text-button" onClick={onAction}>
					{action}
				</button>
			)}
		</div>
	);
}

/** Who is there, else when somebody is; undefined when neither is known. */
function statusOf(
	staff: string[],
	{ isOpen, nextChange }: Hours,
	times: Times,
	words: Words,
): { text: string; isLive: boolean } | undefined {
	if (staff.length > 0) return { text: say(words.isHere, staff[0] ?? ""), isLive: true };
	if (isOpen === null) return undefined;
	const [plain, until] = isOpen ? [words.open, words.openUntil] : [words.closed, words.closedUntil];
	return { text: nextChange ? say(until, times.moment(nextChange)) : plain, isLive: isOpen };
}
