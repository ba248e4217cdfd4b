import { LinkedText } from "../message/linked-text.tsx";
import { Picture } from "../message/picture.tsx";
import { isPicture } from "../message/pictures.ts";
import type { Message } from "../socket/wire.ts";
import type { Entry } from "./entries.ts";
import type { Times } from "./times.ts";
import { say, type Words } from "./words.ts";

/** Characters of what is quoted. */
const QUOTED = 120;

type Props = {
	entry: Entry;
	/** How the last of one's own messages fares is said under it. */
	isLastOwn: boolean;
	/** The last of one's own that staff have read. */
	isLastSeen: boolean;
	words: Words;
	times: Times;
	onRetry: (key: string) => void;
	onDiscard: (key: string) => void;
};

/** A message with what there is to say of it. */
export function MessageItem({ entry, isLastOwn, isLastSeen, words, times, onRetry, onDiscard }: Props) {
	const { key, isOwn, author, state, startsGroup, endsGroup, date } = entry;
	const who = isOwn ? words.you : author;
	const told = isLastSeen ? words.seen : isLastOwn && state !== "refused" ? stateText(state, words) : "";
	const notes = [endsGroup ? times.time(date) : "", entry.isEdited ? words.edited : "", told].filter((note) => note);
	return (
		<li class={`message ${isOwn ? "own" : "their"} ${state} ${startsGroup ? "first" : ""}`}>
			{startsGroup && !isOwn ? (
				<p class="author" dir="auto">
					{author}
				</p>
			) : (
				<span class="unseen">{who}: </span>
			)}
			<Bubble entry={entry} words={words} />
			{state === "refused" ? (
				<p class="refused-note" role="alert">
					<span>
						{words.notSent}
						{entry.error ? `: ${entry.error}` : ""}
					</span>
					<button type="button" class="text-button" onClick={() => onRetry(key)}>
						{words.retry}
					</button>
					<button type="button" class="text-button" onClick={() => onDiscard(key)}>
						{words.discard}
					</button>
				</p>
			) : (
				notes.length > 0 && <p class="notes">{notes.join(" · ")}</p>
			)}
		</li>
	);
}

function Bubble({ entry: { body, messageType, quoted, isOwn, author }, words }: { entry: Entry; words: Words }) {
	if (body === null) return <p class="bubble gone">{words.deleted}</p>;
	if (isPicture(messageType, body))
		return <Picture body={body} label={say(words.pictureBy, isOwn ? words.you : author)} />;
	return (
		<div class="bubble" dir="auto">
			{quoted && (
				<blockquote>
					<b>{quoted.authorKind === "Visitor" ? words.you : quoted.authorName}</b> {quotation(quoted, words)}
				</blockquote>
			)}
			<LinkedText text={body} />
		</div>
	);
}

/** A message in a line. */
export function quotation({ body, messageType, isDeleted, authorName }: Message, words: Words): string {
	if (isDeleted || body === null) return words.deleted;
	if (isPicture(messageType, body)) return say(words.pictureBy, authorName);
	return body.length > QUOTED ? `${body.slice(0, QUOTED).trimEnd()}…` : body;
}

function stateText(state: Entry["state"], words: Words): string {
	return state === "waiting" ? words.sending : state === "seen" ? words.seen : words.sent;
}
